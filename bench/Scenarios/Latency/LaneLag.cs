using System.Diagnostics;
using Grpc.Core;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>How much of a lane's topic there was at a moment, and how much of it both its readers had taken.</summary>
/// <param name="At">When, by the stopwatch.</param>
/// <param name="Accepted">Records that the door had sent.</param>
/// <param name="Taken">Records that Quests and Sessions had both committed.</param>
internal readonly record struct LagSample(long At, long Accepted, long Taken)
{
    // The door is asked first: its readers may be further by the time that they answer.
    internal long Waiting => Math.Max(0, Accepted - Taken);
}

/// <summary>Follows how a lane is read, by what the services themselves say of it.</summary>
internal sealed class LaneLag(GatewayClients gateway, string topic) : IDisposable
{
    // Three calls, each of which asks every partition: often enough to tell the rate, and a check-in rarely meets one.
    private static readonly TimeSpan BesideLoad = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ProgressRequest Request = new();
    private readonly List<LagSample> _samples = [];
    private readonly PeriodicTimer _timer = new(Interval);
    private volatile bool _all;

    /// <summary>Whatever will wait is there: ends when it is taken.</summary>
    internal void All() => _all = true;

    /// <summary>Something is measured that the samples should not be noticed in, from now on or no more.</summary>
    internal void SampleBesideLoad(bool beside) => _timer.Period = beside ? BesideLoad : Interval;

    public void Dispose() => _timer.Dispose();

    /// <summary>Samples until everything is taken; the samples, in order.</summary>
    /// <exception cref="BenchException">For a minute nothing more is taken.</exception>
    internal async Task<IReadOnlyList<LagSample>> RunAsync(CancellationToken cancellation)
    {
        long since = Stopwatch.GetTimestamp();
        do
        {
            bool all = _all;
            if (await TakeAsync(cancellation) is not { } now)
            {
                continue;
            }

            if (_samples.Count == 0 || now.Taken > _samples[^1].Taken || now.Waiting == 0)
            {
                since = now.At;
            }

            _samples.Add(now);
            if (all && now.Waiting == 0)
            {
                return _samples;
            }
        }
        while (Stopwatch.GetElapsedTime(since) < Patience && await _timer.WaitForNextTickAsync(cancellation));

        throw new BenchException(
            $"For {Patience.TotalSeconds:0} s nothing more of {topic} was taken: "
            + $"{_samples.LastOrDefault().Waiting:N0} wait.");
    }

    /// <summary>A sample; null: a service that is short of time cannot say just now what it owns.</summary>
    private async Task<LagSample?> TakeAsync(CancellationToken cancellation)
    {
        try
        {
            ProgressResponse door = await gateway.Ingestion.ProgressAsync(Request, cancellationToken: cancellation);
            ProgressResponse[] readers = await Task.WhenAll(
                gateway.Quests.ProgressAsync(Request, cancellationToken: cancellation).ResponseAsync,
                gateway.Sessions.ProgressAsync(Request, cancellationToken: cancellation).ResponseAsync);
            return new LagSample(
                Stopwatch.GetTimestamp(),
                door.Partitions.SelectMany(partition => partition.Targets)
                    .Where(target => target.Topic == topic)
                    .Sum(target => (long)target.NextOffset),
                readers.Min(reader => reader.Partitions.SelectMany(partition => partition.Inputs)
                    .Where(input => input.Topic == topic)
                    .Sum(input => (long)input.NextOffset)));
        }
        catch (RpcException away) when (away.StatusCode == StatusCode.Unavailable)
        {
            return null;
        }
    }
}
