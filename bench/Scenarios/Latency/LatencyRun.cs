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
/// <param name="ByLane">Whether a third of the check-ins goes in each lane.</param>
/// <param name="Hops">Whether the topics on the way are read too, which takes some of the machine.</param>
/// <param name="Keep">Whether data and logs stay.</param>
internal sealed record LatencyRequest(
    int Rate, int Seconds, int WarmUp, int Backlog, bool Lanes, bool ByLane, bool Hops, bool Keep);

/// <summary>Starts a mesh and measures: the check-ins alone, then the same beside a backlog.</summary>
internal sealed class LatencyRun : IAsyncDisposable
{
    private const string BacklogGame = "backlog";

    // The parts are warm by then; the load itself has to get going.
    private static readonly TimeSpan SecondWarmUp = TimeSpan.FromSeconds(2);

    private readonly LatencyRequest _request;
    private readonly RunningMesh _mesh;
    private readonly GatewayClients _gateway;
    private readonly Loads _loads;

    private LatencyRun(RunningMesh mesh, LatencyRequest request)
    {
        _request = request;
        _mesh = mesh;
        _gateway = new GatewayClients(mesh.Gateway);
        _loads = new Loads(
            mesh, _gateway, request.Rate, TimeSpan.FromSeconds(request.Seconds),
            request.ByLane ? TopicCatalog.Actions.Count : 1, request.Hops);
    }

    /// <exception cref="BenchException">Something failed or was lost: no figures.</exception>
    internal static async Task<LatencyFigures> RunAsync(
        Layout layout, LatencyRequest request, CancellationToken cancellation)
    {
        Progress.Say("starting the mesh");
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
        await _loads.DisposeAsync();
        _gateway.Dispose();
    }

    private async Task<LatencyFigures> MeasureAsync(CancellationToken cancellation)
    {
        TimeSpan warmUp = TimeSpan.FromSeconds(_request.WarmUp);
        if (_request.ByLane)
        {
            IReadOnlyList<Track> tracks = await _loads.RunInEachLaneAsync(warmUp, cancellation);
            return new LatencyFigures([.. tracks.Select(track => LatencyPhase.Of($"lane p{track.Lane}", track))], null);
        }

        Track alone = await _loads.RunAsync(warmUp, cancellation);
        LatencyPhase first = LatencyPhase.Of("alone", alone);
        return _request.Backlog == 0
            ? new LatencyFigures([first], null)
            : await BesideBacklogAsync(first, cancellation);
    }

    /// <summary>
    /// (1) The backlog goes in, and to the disk. (2) The check-ins, while it is worked off. (3) The rest of it.
    /// </summary>
    private async Task<LatencyFigures> BesideBacklogAsync(LatencyPhase alone, CancellationToken cancellation)
    {
        await Quiet.WaitAsync(_mesh.Processes, cancellation);
        using GatewayClients client = new(_mesh.Gateway);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Backlog backlog = new(client, BacklogGame, _request.Backlog, _request.Lanes);
        using LaneLag lag = new(client, (_request.Lanes ? TopicCatalog.ActionsP2 : TopicCatalog.ActionsP0).Name);

        // 1.
        Progress.Say($"sending {_request.Backlog:N0} {(_request.Lanes ? "pings" : "scans")} as fast as they are taken");
        await _gateway.CreateGameAsync(BacklogGame, cancellation);
        Task<IReadOnlyList<LagSample>> sampling = lag.RunAsync(ending.Token);
        Task sending = backlog.RunAsync(ending.Token);
        Task both = Task.WhenAll(sending, sampling);
        try
        {
            await _loads.FirstOfAsync(sending, FailureOf(sampling));
            lag.All();
            await _mesh.SettleDiskAsync(cancellation);

            // 2.
            lag.SampleBesideLoad(true);
            Track beside = await _loads.RunAsync(SecondWarmUp, cancellation);
            lag.SampleBesideLoad(false);

            // 3.
            Progress.Say("waiting for the rest of the backlog");
            await _loads.FirstOfAsync(sampling);
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
}
