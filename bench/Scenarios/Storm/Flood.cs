using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>
/// Another tenant, which sends ten times what its limit lets in and does not listen when it is told to wait. It goes
/// past the gateway, which knows one tenant only.
/// </summary>
internal sealed class Flood : IDisposable
{
    private const string Tenant = "flood";
    private const string Game = "flood";
    private const int Excess = 10;
    private const int Players = 1_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly Metadata Headers = new() { { HeaderNames.Tenant, Tenant } };

    private readonly GrpcChannel _door;
    private readonly GrpcChannel _quests;
    private readonly int _limit;
    private readonly int _most;
    private readonly Ledger _ledger;
    private int _sent;
    private int _refused;

    /// <param name="door">The address of an instance of Ingestion.</param>
    /// <param name="quests">The address of an instance of Quests.</param>
    /// <param name="limit">Actions a second that the tenant may send.</param>
    /// <param name="most">Actions it ends after.</param>
    /// <param name="ledger">Where what is durable goes.</param>
    internal Flood(string door, string quests, int limit, int most, Ledger ledger)
    {
        (_limit, _most, _ledger) = (limit, most, ledger);
        _door = GrpcChannel.ForAddress(door);
        _quests = GrpcChannel.ForAddress(quests);
    }

    internal int Sent => Volatile.Read(ref _sent);

    /// <summary>How many were answered: later.</summary>
    internal int Refused => Volatile.Read(ref _refused);

    /// <summary>Makes the tenant's game and limit.</summary>
    internal async Task PrepareAsync(CancellationToken cancellation)
    {
        Quests.QuestsClient client = new(_quests);
        await client.CreateGameAsync(
            Latency.GatewayClients.VenueHunt(Game), Headers, cancellationToken: cancellation);
        PutDoorPolicyRequest policy = new()
        {
            ExpectedVersion = 1,
            Policy = new() { Tenant = new() { PerSecond = _limit, Burst = (uint)_limit } },
        };
        await client.PutDoorPolicyAsync(policy, Headers, cancellationToken: cancellation);
    }

    /// <summary>Sends until it is over, and returns when all is answered.</summary>
    internal async Task RunAsync(Task over, CancellationToken cancellation)
    {
        using AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call =
            new Ingestion.IngestionClient(_door).SubmitStream(Headers, cancellationToken: cancellation);
        Task answers = ReadAsync(call.ResponseStream, cancellation);
        SubmitStreamRequest request = new()
        {
            Action = new()
            {
                GameId = Game,
                Location = new Location { Latitude = 40.7, Longitude = -74 },
                LocationPing = new LocationPing(),
            },
        };
        using PeriodicTimer timer = new(Tick);
        long began = TimeProvider.System.GetTimestamp();
        while (!over.IsCompleted && !answers.IsCompleted && await timer.WaitForNextTickAsync(cancellation))
        {
            double due = TimeProvider.System.GetElapsedTime(began).TotalSeconds * _limit * Excess;
            for (; _sent < Math.Min(due, _most); _sent++)
            {
                request.Number = (ulong)_sent + 1;
                request.Action.ActionId = Mark.Flood.IdOf(_sent);
                request.Action.PlayerId = "flood-" + (_sent % Players).ToString(CultureInfo.InvariantCulture);
                request.Action.OccurredAt = TimeProvider.System.GetUtcNow().ToTimestamp();
                await call.RequestStream.WriteAsync(request, cancellation);
            }
        }

        await call.RequestStream.CompleteAsync();
        await answers;
    }

    public void Dispose()
    {
        _door.Dispose();
        _quests.Dispose();
    }

    private async Task ReadAsync(IAsyncStreamReader<SubmitStreamResponse> answers, CancellationToken cancellation)
    {
        int through = 0;
        HashSet<int> refused = [];
        while (await answers.MoveNext(cancellation))
        {
            SubmitStreamResponse answer = answers.Current;
            foreach ((ulong number, Receipt receipt) in answer.Refused)
            {
                if (receipt.Status != Receipt.Types.Status.Later)
                {
                    throw new BenchException($"A ping was answered {receipt.Status}: {receipt.Problem?.Message}");
                }

                refused.Add((int)number - 1);
                Interlocked.Increment(ref _refused);
            }

            for (; through < (int)answer.DurableThrough; through++)
            {
                if (!refused.Remove(through))
                {
                    _ledger.Durable(Mark.Flood, through);
                }
            }
        }
    }
}
