using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What became of a flood.</summary>
/// <param name="Sent">How many it sent.</param>
/// <param name="Refused">How many of them were answered: later.</param>
/// <param name="Durable">The numbers of those that are durable.</param>
internal sealed record FloodResult(int Sent, int Refused, IReadOnlyList<int> Durable);

/// <summary>
/// Another tenant, which sends more than its limit lets in and does not listen when it is told to wait. It goes past
/// the gateway, which knows one tenant only.
/// </summary>
/// <param name="door">The address of an instance of Ingestion.</param>
/// <param name="rate">Actions a second.</param>
internal sealed class Flood(string door, int rate) : IDisposable
{
    private const string Tenant = "flood";
    private const string Game = "flood";
    private const int Players = 1_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private static readonly Metadata Headers = new() { { HeaderNames.Tenant, Tenant } };

    private readonly GrpcChannel _door = GrpcChannel.ForAddress(door);

    /// <summary>Makes the tenant's game and limit.</summary>
    /// <param name="quests">The address of an instance of Quests.</param>
    /// <param name="limit">Actions a second that the tenant may send.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task PrepareAsync(string quests, int limit, CancellationToken cancellation)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(quests);
        Quests.QuestsClient client = new(channel);
        await client.CreateGameAsync(
            Latency.GatewayClients.VenueHunt(Game), Headers, cancellationToken: cancellation);
        PutDoorPolicyRequest policy = new()
        {
            ExpectedVersion = 1,
            Policy = new() { Tenant = new() { PerSecond = limit, Burst = (uint)limit } },
        };
        await client.PutDoorPolicyAsync(policy, Headers, cancellationToken: cancellation);
    }

    /// <summary>Sends until it is over, and returns when all is answered.</summary>
    internal async Task<FloodResult> RunAsync(CancellationToken over)
    {
        using AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call =
            new Ingestion.IngestionClient(_door).SubmitStream(Headers, cancellationToken: CancellationToken.None);
        Task<(int Refused, List<int> Durable)> answers = ReadAsync(call.ResponseStream);
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
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(over);
        end.CancelAfter(Longest);
        long began = TimeProvider.System.GetTimestamp();
        int sent = 0;
        while (!end.IsCancellationRequested && !answers.IsCompleted)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            for (double due = TimeProvider.System.GetElapsedTime(began).TotalSeconds * rate; sent < due; sent++)
            {
                request.Number = (ulong)sent + 1;
                request.Action.ActionId = Mark.Flood.IdOf(sent);
                request.Action.PlayerId = "flood-" + (sent % Players).ToString(CultureInfo.InvariantCulture);
                request.Action.OccurredAt = TimeProvider.System.GetUtcNow().ToTimestamp();
                await call.RequestStream.WriteAsync(request, CancellationToken.None);
            }
        }

        await call.RequestStream.CompleteAsync();
        (int refused, List<int> durable) = await answers;
        return new FloodResult(sent, refused, durable);
    }

    public void Dispose() => _door.Dispose();

    private static async Task<(int Refused, List<int> Durable)> ReadAsync(
        IAsyncStreamReader<SubmitStreamResponse> answers)
    {
        int through = 0, later = 0;
        HashSet<int> refused = [];
        List<int> durable = [];
        while (await answers.MoveNext(CancellationToken.None))
        {
            SubmitStreamResponse answer = answers.Current;
            foreach ((ulong number, Receipt receipt) in answer.Refused)
            {
                if (receipt.Status != Receipt.Types.Status.Later)
                {
                    throw new BenchException($"A ping was answered {receipt.Status}: {receipt.Problem?.Message}");
                }

                refused.Add((int)number - 1);
                later++;
            }

            for (; through < (int)answer.DurableThrough; through++)
            {
                if (!refused.Remove(through))
                {
                    durable.Add(through);
                }
            }
        }

        return (later, durable);
    }
}
