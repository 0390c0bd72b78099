using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What became of a crowd.</summary>
/// <param name="Again">How often one was told to come again, or refused the connection.</param>
/// <param name="Times">By client: from the beginning until its ping was durable, ms.</param>
internal sealed record CrowdAnswer(int Again, IReadOnlyList<double> Times);

/// <summary>
/// Clients that come back all at once, each over a connection of its own with a stream of its own and one ping that it
/// has not got rid of. One that is told to come again does, with the same ping, when it was told to.
/// </summary>
internal sealed class Crowd(string gateway, string game, int count)
{
    private const string RetryAfter = "retry-after";

    // So long a client's stream stays open once its ping is durable.
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(5);

    // For those that were refused without a word, twice as long at the most.
    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(1);
    private readonly Mark _mark = Mark.Crowd;
    private int _again;

    /// <summary>Returns when all have got rid of their ping, and have gone.</summary>
    internal async Task<CrowdAnswer> RunAsync(CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        double[] times = new double[count];
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(
            () => ComeAsync(
                number,
                () => times[number] = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 1),
                cancellation),
            cancellation)));
        return new CrowdAnswer(_again, times);
    }

    private async Task ComeAsync(int number, System.Action settled, CancellationToken cancellation)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(gateway);
        Ingestion.IngestionClient client = new(channel);
        SubmitStreamRequest request = Request(number);
        while (true)
        {
            try
            {
                using AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call =
                    client.SubmitStream(cancellationToken: cancellation);
                if (await SubmitAsync(call, request, cancellation) is { } wait)
                {
                    Interlocked.Increment(ref _again);
                    await Task.Delay(wait, cancellation);
                    continue;
                }

                settled();
                await Task.Delay(Stay, cancellation);
                return;
            }
            catch (RpcException busy) when (busy.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            {
                // Internal: the transport gave up a connection whose turn had not come.
                Interlocked.Increment(ref _again);
                await Task.Delay(WaitOf(busy), cancellation);
            }
        }
    }

    /// <summary>Submits; null: it is durable, otherwise how long to wait.</summary>
    private static async Task<TimeSpan?> SubmitAsync(
        AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call,
        SubmitStreamRequest request,
        CancellationToken cancellation)
    {
        await call.RequestStream.WriteAsync(request, cancellation);
        while (await call.ResponseStream.MoveNext(cancellation))
        {
            SubmitStreamResponse answer = call.ResponseStream.Current;
            foreach (Receipt refused in answer.Refused.Values)
            {
                return refused.Status == Receipt.Types.Status.Later
                    ? refused.Problem.RetryAfter.ToTimeSpan()
                    : throw new BenchException($"A ping was answered {refused.Status}: {refused.Problem?.Message}");
            }

            if (answer.DurableThrough > 0)
            {
                return null;
            }
        }

        return BackOff;
    }

    private static TimeSpan WaitOf(RpcException busy) =>
        Problems.FromRpcException(busy)?.RetryAfter?.ToTimeSpan()
        ?? (double.TryParse(
            busy.Trailers.GetValue(RetryAfter), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            ? TimeSpan.FromSeconds(seconds)
            : BackOff * (1 + Random.Shared.NextDouble()));

    private SubmitStreamRequest Request(int number) => new()
    {
        Number = 1,
        Action = new()
        {
            GameId = game,
            PlayerId = "returning-" + number.ToString(CultureInfo.InvariantCulture),
            ActionId = _mark.IdOf(number),
            OccurredAt = TimeProvider.System.GetUtcNow().ToTimestamp(),
            Location = new Location { Latitude = 40.7, Longitude = -74 },
            LocationPing = new LocationPing(),
        },
    };
}
