using System.Globalization;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Grpc;

namespace Mesh.Bench.Scenarios;

/// <summary>Measures server after server under load after load, in rounds of new processes.</summary>
internal static class GrpcRun
{
    /// <returns>The figures, and the version of @grpc/grpc-js; null where it could not be had.</returns>
    /// <exception cref="BenchException">Something failed: no figures.</exception>
    internal static async Task<(IReadOnlyList<GrpcFigure> Figures, string? Peer)> RunAsync(
        Layout layout, int rounds, double scale, CancellationToken cancellation)
    {
        await using NodePeer? peer = await NodePeer.FindAsync(layout, Say, cancellation);
        string[] kinds = peer is null
            ? [EchoHost.Mesh, EchoHost.Kestrel]
            : [EchoHost.Mesh, EchoHost.Kestrel, NodePeer.Kind];
        Dictionary<(LoadMode Mode, string Kind), List<Measurement>> book = [];
        for (int round = 1; round <= rounds; round++)
        {
            foreach (LoadMode mode in LoadMode.All)
            {
                foreach (string kind in kinds)
                {
                    // A process of its own for each: what the JIT makes of one load is not what it makes of another.
                    await using ServerProcess server = kind == NodePeer.Kind
                        ? await peer!.StartAsync(cancellation)
                        : await ServerProcess.StartAsync(kind, cancellation);
                    Measurement taken = await Measurement.TakeAsync(server, mode, scale, cancellation);
                    if (!book.TryGetValue((mode, kind), out List<Measurement>? all))
                    {
                        book[(mode, kind)] = all = [];
                    }

                    all.Add(taken);
                    Say(string.Create(
                        CultureInfo.InvariantCulture,
                        $"round {round}, {mode.Name}, {kind}: {taken.CallsPerCpuSecond:N0} per CPU-second, ")
                        + string.Create(
                            CultureInfo.InvariantCulture,
                            $"{taken.CallsPerSecond:N0}/s, {taken.BytesPerCall:N0} B"));
                }
            }
        }

        return (
            [
                .. LoadMode.All.Select(mode => GrpcFigure.Of(
                    mode,
                    book[(mode, EchoHost.Mesh)],
                    book[(mode, EchoHost.Kestrel)],
                    book.GetValueOrDefault((mode, NodePeer.Kind)))),
            ],
            peer?.Version);
    }

    private static void Say(string doing) => Console.Error.WriteLine($"bench: {doing}");
}
