using System.Globalization;
using Mesh.Grpc.Interop.Client;
using Mesh.Grpc.Interop.Server;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>Runs all cases, with this library and a peer on the two ends.</summary>
internal static class MatrixRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Both directions with a peer.</summary>
    public static async Task<Outcome[]> WithAsync(Peer peer) =>
        [.. await MeshCallsAsync(peer), .. await MeshServesAsync(peer)];

    /// <summary>This library on both ends.</summary>
    public static async Task<Outcome[]> AloneAsync()
    {
        await using var server = await InteropServer.StartAsync(0);
        return await CallAsync(server.Port, _ => null);
    }

    private static async Task<Outcome[]> MeshCallsAsync(Peer peer)
    {
        using var server = await PeerServer.StartAsync(peer);
        return await CallAsync(server.Port, name => Exclusion.Find(peer.Name, Direction.MeshCalls, name));
    }

    private static async Task<Outcome[]> CallAsync(int port, Func<string, Exclusion?> excluded)
    {
        using var context = new CaseContext("127.0.0.1", port);
        List<Outcome> outcomes = [];
        foreach (var name in Cases.Official)
        {
            var exclusion = excluded(name);
            var failure = exclusion is null ? await Cases.RunAsync(name, context)
                : exclusion.Instead is { } instead ? await Cases.RunAsync(instead, context)
                : null;
            outcomes.Add(new Outcome(name, Direction.MeshCalls, failure, exclusion));
        }

        return [.. outcomes];
    }

    // All cases in one process of the peer; it says PASS or FAIL, the case and the reason, a line each.
    private static async Task<Outcome[]> MeshServesAsync(Peer peer)
    {
        await using var server = await InteropServer.StartAsync(0);
        string[] names =
            [.. Cases.Official.Where(name => Exclusion.Find(peer.Name, Direction.MeshServes, name) is null)];
        var start = peer.Start(
            "client",
            "--server_host=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"--server_port={server.Port}"),
            $"--test_case={string.Join(',', names)}");
        var (status, output) = await RunAsync(start);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 3))
            .Where(words => words.Length > 1).ToDictionary(words => words[1]);
        return
        [
            .. from name in Cases.Official
               let exclusion = Exclusion.Find(peer.Name, Direction.MeshServes, name)
               let failure = exclusion is not null ? null
                   : !said.TryGetValue(name, out var words) ? $"not run; the client ended with {status}"
                   : words[0] == "PASS" ? null
                   : words[^1]
               select new Outcome(name, Direction.MeshServes, failure, exclusion),
        ];
    }

    private static async Task<(int Status, string Output)> RunAsync(System.Diagnostics.ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        return (process.HasExited ? process.ExitCode : -1, await output);
    }
}
