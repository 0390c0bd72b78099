using System.Diagnostics;
using System.Globalization;
using System.Net;
using Google.Protobuf.WellKnownTypes;
using Mesh.Bench.Wire;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What became of a crowd.</summary>
/// <param name="Again">How often one was told to come again, or refused the connection.</param>
/// <param name="Times">By client: from the beginning until its ping was durable, ms.</param>
internal sealed record CrowdResult(int Again, IReadOnlyList<double> Times);

/// <summary>
/// Clients that come back all in the same second, each from an address of its own, over a connection of its own with a
/// stream of its own and one ping that it has not got rid of. One that is told to come again does, with the same ping,
/// when it was told to; one that is done ends its stream.
/// </summary>
internal sealed class Crowd(Uri gateway, string game, Mark mark, int count)
{
    // What their networks leave of the same moment.
    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(1);

    // So long a client's stream stays open once its ping is durable.
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(5);

    private readonly IPEndPoint _gateway = new(IPAddress.Parse(gateway.Host), gateway.Port);
    private readonly byte[] _headers = GrpcCall.Headers("/mesh.ingestion.v1.Ingestion/SubmitStream", gateway.Authority);
    private int _again;

    /// <summary>Returns when all have got rid of their ping, and have gone.</summary>
    internal async Task<CrowdResult> RunAsync(CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        double[] times = new double[count];
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(
            () => ComeAsync(
                number,
                () => times[number] = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 1),
                cancellation),
            cancellation)));
        return new CrowdResult(_again, times);
    }

    private async Task ComeAsync(int number, System.Action settled, CancellationToken cancellation)
    {
        byte[] message = GrpcCall.Message(Request(number));
        await Task.Delay(Arrival * Random.Shared.NextDouble(), cancellation);
        IPAddress from = new([127, 1, (byte)(number >> 8), (byte)number]);
        ConnectBackOff backOff = new();
        while (true)
        {
            backOff.Begin();
            using CrowdConnection connection = new(from, _gateway, _headers, backOff.GiveUpAfter);
            CrowdAnswer answer = await connection.AskAsync(message, cancellation);
            for (; answer == CrowdAnswer.Later; answer = await connection.AskAsync(message, cancellation))
            {
                Interlocked.Increment(ref _again);
                await Task.Delay(connection.RetryAfter, cancellation);
            }

            if (answer == CrowdAnswer.Durable)
            {
                settled();
                await Task.Delay(Stay, cancellation);
                await connection.EndAsync(cancellation);
                return;
            }

            Interlocked.Increment(ref _again);
            await backOff.WaitAsync(cancellation);
        }
    }

    private SubmitStreamRequest Request(int number) => new()
    {
        Number = 1,
        Action = new()
        {
            GameId = game,
            PlayerId = "returning-" + number.ToString(CultureInfo.InvariantCulture),
            ActionId = mark.IdOf(number),
            OccurredAt = TimeProvider.System.GetUtcNow().ToTimestamp(),
            Location = new Location { Latitude = 40.7, Longitude = -74 },
            LocationPing = new LocationPing(),
        },
    };
}
