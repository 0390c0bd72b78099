using Mesh.Bench.Reporting;
using Mesh.Bench.Running;

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
        return await run.MeasureAsync(cancellation);
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
        return new LatencyFigures([LatencyPhase.Of("alone", alone)]);
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

    /// <summary>Awaits work, or what ends it: a watcher that failed, the end of the mesh.</summary>
    private async Task FirstOfAsync(Task work, Task watching)
    {
        Task first = await Task.WhenAny(work, watching, _topics.Failed, _mesh.Ended);
        if (first == _mesh.Ended)
        {
            throw _mesh.Death();
        }

        await first;
    }
}
