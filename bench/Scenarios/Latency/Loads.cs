using Mesh.Bench.Running;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>Sends loads of check-ins, one after another, and follows each.</summary>
/// <param name="mesh">What is measured.</param>
/// <param name="gateway">The way in.</param>
/// <param name="rate">Check-ins a second.</param>
/// <param name="measured">How long each load is measured.</param>
/// <param name="lanes">In how many lanes, from the first on, there may be loads.</param>
/// <param name="hops">Whether each is followed hop by hop, by reading the topics on its way.</param>
internal sealed class Loads(
    RunningMesh mesh, GatewayClients gateway, int rate, TimeSpan measured, int lanes, bool hops) : IAsyncDisposable
{
    // A door that has not heard of a policy yet would send a check-in by the one before, which fails the run.
    private static readonly TimeSpan PolicyArrives = TimeSpan.FromSeconds(3);

    private readonly TopicWatchers? _topics = hops ? new(mesh.Broker, lanes) : null;
    private int _loads;

    public ValueTask DisposeAsync() => _topics?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Sends one load into a game of its own and returns when all of it was seen everywhere.</summary>
    internal Task<Track> RunAsync(TimeSpan warmUp, CancellationToken cancellation) =>
        RunAsync(new Track(++_loads, lane: 0, rate, warmUp, measured, hops), cancellation);

    /// <summary>Sends a load of a share of the rate in each lane, all at once.</summary>
    internal async Task<IReadOnlyList<Track>> RunInEachLaneAsync(TimeSpan warmUp, CancellationToken cancellation)
    {
        Track[] tracks =
        [
            .. Enumerable.Range(0, lanes)
                .Select(lane => new Track(++_loads, lane, rate / lanes, warmUp, measured, hops)),
        ];
        DoorPolicy policy = new();
        policy.Lanes.AddRange(tracks.Select(
            track => new LaneRule { GameId = NameOf(track), Lane = (uint)track.Lane }));
        await gateway.Quests.PutDoorPolicyAsync(
            new PutDoorPolicyRequest { Policy = policy, ExpectedVersion = 1 }, cancellationToken: cancellation);
        await Task.Delay(PolicyArrives, cancellation);
        return await Task.WhenAll(tracks.Select(track => RunAsync(track, cancellation)));
    }

    private static string NameOf(Track track) => $"latency-{track.Number}";

    private async Task<Track> RunAsync(Track track, CancellationToken cancellation)
    {
        string game = NameOf(track);
        Progress.Say($"sending {track.Count:N0} check-ins into {game}");
        await gateway.CreateGameAsync(game, cancellation);
        _topics?.Follow(track);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        BoardWatcher board = new(gateway, game, track);
        Task watching = board.RunAsync(ending.Token);
        try
        {
            await board.Begun;
            await FirstOfAsync(new CheckIns(gateway, game, track).RunAsync(ending.Token), watching);
            await FirstOfAsync(track.WhenAllSeenAsync(ending.Token), watching);
            return track;
        }
        finally
        {
            await ending.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Awaits work, or what ends it: something that failed, the end of the mesh.</summary>
    internal async Task FirstOfAsync(Task work, params Task[] failures)
    {
        Task first = await Task.WhenAny([work, .. failures, _topics?.Failed ?? mesh.Ended, mesh.Ended]);
        if (first == mesh.Ended)
        {
            throw mesh.Death();
        }

        await first;
    }
}
