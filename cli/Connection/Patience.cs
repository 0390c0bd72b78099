using System.Diagnostics;
using Grpc.Core;

namespace Mesh.Cli.Connection;

/// <summary>
/// Rides out what passes: calls again after 50 ms, then twice as long each time, 1 s at most, or when the server says,
/// until the limit.
/// </summary>
/// <param name="limit">How long it goes on without any success.</param>
/// <param name="trouble">Told of each failure that is ridden out, and null once that is over.</param>
internal sealed class Patience(TimeSpan limit, Action<RpcException?>? trouble = null)
{
    private static readonly TimeSpan AtTheTerminal = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>That of a command whose answer a person waits for: 30 s, and a line on why it takes time.</summary>
    internal static Patience OfACommand()
    {
        bool isSaid = false;
        return new Patience(AtTheTerminal, failure =>
        {
            if (failure is not null && !isSaid)
            {
                Console.Error.WriteLine(
                    $"mesh: {failure.Status.Detail} Trying again for {AtTheTerminal.TotalSeconds:0} s.");
            }

            isSaid = failure is not null;
        });
    }

    /// <summary>Calls until there is an answer.</summary>
    /// <exception cref="RpcException">The call fails for good, or still at the limit: the last failure.</exception>
    internal async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        Backoff backoff = new();
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                T answer = await call();
                trouble?.Invoke(null);
                return answer;
            }
            catch (RpcException failure) when (Transient.Is(failure) && Stopwatch.GetElapsedTime(start) < limit)
            {
                trouble?.Invoke(failure);
                await Task.Delay(backoff.Next(failure), cancellation);
            }
        }
    }

    /// <summary>Reads a stream to its end, from its beginning again when it breaks.</summary>
    /// <exception cref="RpcException">The call fails for good, or still at the limit: the last failure.</exception>
    internal Task<List<T>> ReadAllAsync<T>(Func<AsyncServerStreamingCall<T>> open, CancellationToken cancellation) =>
        CallAsync(
            async () =>
            {
                List<T> all = [];
                using AsyncServerStreamingCall<T> call = open();
                while (await call.ResponseStream.MoveNext(cancellation))
                {
                    all.Add(call.ResponseStream.Current);
                }

                return all;
            },
            cancellation);

    /// <summary>The waits between the attempts at one thing.</summary>
    internal sealed class Backoff
    {
        private TimeSpan _wait = ShortestWait;

        internal void Reset() => _wait = ShortestWait;

        internal TimeSpan Next(RpcException failure)
        {
            TimeSpan wait = Transient.WaitOf(failure) ?? _wait;
            _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
            return wait;
        }
    }
}
