using Grpc.Core;
using Mesh.Bench.Measuring;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Contracts;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>What is asked of the scenario.</summary>
/// <param name="Rate">Check-ins a second.</param>
/// <param name="Seconds">Measured so long.</param>
/// <param name="WarmUp">Seconds before that, at the same rate.</param>
/// <param name="Backlog">Actions that may wait, beside which the check-ins are measured once more; 0: none.</param>
/// <param name="Lanes">Whether those have a lane of their own.</param>
/// <param name="Keep">Whether data and logs stay.</param>
internal sealed record LatencyRequest(int Rate, int Seconds, int WarmUp, int Backlog, bool Lanes, bool Keep);

/// <summary>Starts a mesh and measures: the check-ins alone, then the same beside a backlog.</summary>
internal sealed class LatencyRun : IAsyncDisposable
{
    private const string BacklogGame = "backlog";

    // The parts are warm by then; the load itself has to get going.
    private static readonly TimeSpan SecondWarmUp = TimeSpan.FromSeconds(2);

    private readonly LatencyRequest _request;
    private readonly RunningMesh _mesh;
    private readonly GatewayClients _gateway;
    private readonly TopicWatchers _topics;
    private int _loads;

    private LatencyRun(RunningMesh mesh, LatencyRequest request)
    {
        _request = request;
        _mesh = mesh;
        _gateway = new GatewayClients(mesh.Gateway);
        _topics = new TopicWatchers(mesh.Broker);
    }

    /// <exception cref="BenchException">Something failed or was lost: no figures.</exception>
    internal static async Task<LatencyFigures> RunAsync(
        Layout layout, LatencyRequest request, CancellationToken cancellation)
    {
        Say("starting the mesh");
        await using RunningMesh mesh = await RunningMesh.StartAsync(
            layout, new MeshOptions(request.Keep), cancellation);
        await using LatencyRun run = new(mesh, request);
        try
        {
            return await run.MeasureAsync(cancellation);
        }
        catch (RpcException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchException($"A call failed, so there are no figures: {failure.Status}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _topics.DisposeAsync();
        _gateway.Dispose();
    }

    private static void Say(string doing) => Console.Error.WriteLine($"bench: {doing}");

    private async Task<LatencyFigures> MeasureAsync(CancellationToken cancellation)
    {
        Track alone = await LoadAsync(TimeSpan.FromSeconds(_request.WarmUp), cancellation);
        LatencyPhase first = LatencyPhase.Of("alone", alone);
        return _request.Backlog == 0
            ? new LatencyFigures([first], null)
            : await BesideBacklogAsync(first, cancellation);
    }

    /// <summary>
    /// (1) Half of the backlog goes in. (2) The check-ins, while the other half does, and it is worked off. (3) The
    /// rest of it.
    /// </summary>
    private async Task<LatencyFigures> BesideBacklogAsync(LatencyPhase alone, CancellationToken cancellation)
    {
        await Quiet.WaitAsync(_mesh.Processes, cancellation);
        using GatewayClients client = new(_mesh.Gateway);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Backlog backlog = new(client, BacklogGame, _request.Backlog, _request.Lanes);
        LaneLag lag = new(client, (_request.Lanes ? TopicCatalog.ActionsP2 : TopicCatalog.ActionsP0).Name);

        // 1.
        Say($"sending {_request.Backlog:N0} {(_request.Lanes ? "pings" : "scans")} as fast as they are taken");
        await _gateway.CreateGameAsync(BacklogGame, cancellation);
        Task<IReadOnlyList<LagSample>> sampling = lag.RunAsync(ending.Token);
        Task sending = backlog.RunAsync(ending.Token);
        Task both = Task.WhenAll(sending, sampling);
        try
        {
            await FirstOfAsync(backlog.HalfAsync(ending.Token), FailureOf(sending), FailureOf(sampling));

            // 2.
            Track beside = await LoadAsync(SecondWarmUp, cancellation);

            // 3.
            Say("waiting for the rest of the backlog");
            await FirstOfAsync(sending, FailureOf(sampling));
            lag.All();
            await FirstOfAsync(sampling);
            LatencyPhase second = LatencyPhase.Of("beside the backlog", beside);
            return new LatencyFigures(
                [alone, second], BacklogFigures.Of(backlog, beside, await sampling, alone, second));
        }
        finally
        {
            await ending.CancelAsync();
            await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends only when the work has failed.</summary>
    private static async Task FailureOf(Task work)
    {
        await work;
        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>Sends one load into a game of its own and returns when all of it was seen everywhere.</summary>
    private async Task<Track> LoadAsync(TimeSpan warmUp, CancellationToken cancellation)
    {
        Track track = new(++_loads, _request.Rate, warmUp, TimeSpan.FromSeconds(_request.Seconds));
        string game = $"latency-{_loads}";
        Say($"sending {track.Count:N0} check-ins into {game}");
        await _gateway.CreateGameAsync(game, cancellation);
        _topics.Follow(track);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        BoardWatcher board = new(_gateway, game, track);
        Task watching = board.RunAsync(ending.Token);
        try
        {
            await board.Begun;
            await FirstOfAsync(new CheckIns(_gateway, game, track).RunAsync(ending.Token), watching);
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
    private async Task FirstOfAsync(Task work, params Task[] failures)
    {
        Task first = await Task.WhenAny([work, .. failures, _topics.Failed, _mesh.Ended]);
        if (first == _mesh.Ended)
        {
            throw _mesh.Death();
        }

        await first;
    }
}
