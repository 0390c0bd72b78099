using Grpc.Core;
using Mesh.Bench.Measuring;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Latency;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What is asked of the scenario.</summary>
/// <param name="Clients">So many come back at once.</param>
/// <param name="Limit">Actions a second of the tenant that sends ten times as many.</param>
/// <param name="Rate">Check-ins a second of everybody else.</param>
/// <param name="Seconds">Measured so long.</param>
/// <param name="WarmUp">Seconds before that, at the same rate.</param>
/// <param name="Keep">Whether data and logs stay.</param>
internal sealed record StormRequest(int Clients, int Limit, int Rate, int Seconds, int WarmUp, bool Keep);

/// <summary>Starts a mesh and measures check-ins alone, then beside a crowd and a flood.</summary>
internal static class StormRun
{
    private const string Game = "crowd";
    private const int Excess = 10;
    private const int WarmUpClients = 1_000;
    private static readonly TimeSpan SecondWarmUp = TimeSpan.FromSeconds(2);

    /// <exception cref="BenchException">Something failed: no figures.</exception>
    internal static async Task<StormFigures> RunAsync(
        Layout layout, StormRequest request, CancellationToken cancellation)
    {
        Progress.Say("starting the mesh");
        await using RunningMesh mesh = await RunningMesh.StartAsync(
            layout, new MeshOptions(request.Keep), cancellation);
        try
        {
            return await MeasureAsync(mesh, request, cancellation);
        }
        catch (RpcException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchException($"A call failed, so there are no figures: {failure.Status}");
        }
    }

    private static async Task<StormFigures> MeasureAsync(
        RunningMesh mesh, StormRequest request, CancellationToken cancellation)
    {
        using GatewayClients gateway = new(mesh.Gateway);
        await using Loads loads = new(
            mesh, gateway, request.Rate, TimeSpan.FromSeconds(request.Seconds), lanes: 1, hops: false);
        await gateway.CreateGameAsync(Game, cancellation);
        int first = Math.Min(request.Clients, WarmUpClients);
        Progress.Say($"{first:N0} clients come first, so that what serves them is compiled");
        await CrowdCommand.RunAsync(mesh.Gateway, Game, first, warmUp: true, cancellation);
        Track alone = await loads.RunAsync(TimeSpan.FromSeconds(request.WarmUp), cancellation);
        await Quiet.WaitAsync(mesh.Processes, cancellation);

        await Flood.PrepareAsync(AddressOf(mesh, "quests"), request.Limit, cancellation);
        MemoryPeaks memory = new(mesh.Processes.Where(process => process.Name is "gateway" or "ingestion"));

        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task sampling = memory.RunAsync(ending.Token);
        Progress.Say($"{request.Clients:N0} clients come at once; a tenant sends {request.Limit * Excess:N0} a second");
        Task<FloodResult> flooded = FloodCommand.RunAsync(
            AddressOf(mesh, "ingestion"), request.Limit * Excess, over.Task, ending.Token);
        Task<CrowdResult> crowded = CrowdCommand.RunAsync(
            mesh.Gateway, Game, request.Clients, warmUp: false, ending.Token);
        try
        {
            Track beside = await loads.RunAsync(SecondWarmUp, cancellation);
            Progress.Say("waiting for the last client");
            await loads.FirstOfAsync(crowded);
            over.SetResult();
            await loads.FirstOfAsync(flooded);
            FloodResult flood = await flooded;
            Ledger ledger = new(
                (Mark.Flood, flood.Durable), (Mark.Crowd, Enumerable.Range(0, request.Clients)));
            return new StormFigures(
                [LatencyPhase.Of("alone", alone), LatencyPhase.Of("beside the storm", beside)],
                CrowdFigures.Of(await crowded),
                new FloodFigures(request.Limit, flood.Sent, flood.Durable.Count, flood.Refused),
                [.. memory.Figures.Select(one => new MemoryFigures(one.Name, one.Before, one.Most))],
                await ledger.LostAsync(mesh.Broker, cancellation));
        }
        finally
        {
            over.TrySetResult();
            await ending.CancelAsync();
            await Task.WhenAll(sampling, flooded, crowded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string AddressOf(RunningMesh mesh, string service) => mesh.Now().Processes
        .First(part => part.Name.Split('-')[0] == service).Url;
}
