using Mesh.Bench.Measuring;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;

namespace Mesh.Bench.Scenarios;

/// <summary>What is asked of the scenario.</summary>
/// <param name="File">The check-ins; null: made up.</param>
/// <param name="SyntheticRows">How many of those.</param>
/// <param name="Copies">Players per row.</param>
/// <param name="Limit">So many rows at most.</param>
/// <param name="Runs">Replays.</param>
/// <param name="WarmUpRows">Rows that go into another game first, so that less of the JIT compiler is measured.</param>
/// <param name="Keep">Whether data and logs stay.</param>
internal sealed record BulkRequest(
    string? File, long SyntheticRows, int Copies, long? Limit, int Runs, int WarmUpRows, bool Keep);

/// <summary>What came of it.</summary>
internal sealed record BulkResult(long Rows, IReadOnlyList<BulkFigures> Runs, Verification Verified);

/// <summary>Starts a mesh, warms it up, replays and measures, proves the last game, stops everything.</summary>
internal static class BulkRun
{
    /// <summary>The budget of the whole job, on two cores: all processes but the client.</summary>
    internal const double TargetMicrosPerCheckIn = 30;

    /// <exception cref="BenchException">Something failed, or the books do not balance: no figures.</exception>
    internal static async Task<BulkResult> RunAsync(
        Layout layout, BulkRequest request, CancellationToken cancellation)
    {
        Say("starting the mesh");
        await using RunningMesh mesh = await RunningMesh.StartAsync(
            layout, new MeshOptions(request.Keep), cancellation);
        MeshCli cli = new(layout, mesh);
        string file = request.File ?? Path.Combine(mesh.StateDirectory, "synthetic.tsv");
        if (request.File is null)
        {
            SyntheticFile.Write(file, request.SyntheticRows);
        }

        Say("warming up");
        await cli.ReplayAsync(file, "warm-up", copies: 1, request.WarmUpRows, cancellation);
        await Quiet.WaitAsync(mesh.Processes, cancellation);
        long rows = 0;
        List<BulkFigures> runs = [];
        for (int run = 1; run <= request.Runs; run++)
        {
            string game = $"bulk-{run}";
            Say($"replaying into {game}");
            (Replay replay, BulkFigures figures) = await MeasureAsync(
                mesh, () => cli.ReplayAsync(file, game, request.Copies, request.Limit, cancellation), cancellation);
            rows = replay.Rows;
            runs.Add(figures);
            Say(FormattableString.Invariant($"{game}: {figures.MicrosPerCheckIn:0.00} us per check-in, ")
                + FormattableString.Invariant($"{figures.VisiblePerSecond:N0} a second until visible"));
        }

        Say($"verifying {runs[^1].Game}");
        Verification verified = await cli.VerifyAsync(runs[^1].Game, cancellation);
        Demand(verified, runs[^1].CheckIns);
        return new BulkResult(rows, runs, verified);
    }

    private static async Task<(Replay Replay, BulkFigures Figures)> MeasureAsync(
        RunningMesh mesh, Func<Task<Replay>> replaying, CancellationToken cancellation)
    {
        // 1. Just before, 2. the replay, 3. just after it was visible, 4. what was put off until later.
        IReadOnlyList<MeshProcess> processes = mesh.Processes;
        double clientBefore = CpuSample.ReapedByUs();
        CpuSample before = CpuSample.Take(processes);
        Replay replay = await replaying();
        CpuSample visible = CpuSample.Take(processes);
        double client = CpuSample.ReapedByUs() - clientBefore;
        long?[] memory = [.. processes.Select(ResidentMemory.Of)];
        (CpuSample quiet, double idle) = await Quiet.WaitAsync(processes, cancellation);

        IReadOnlyList<double> used = visible.Since(before);
        double total = used.Sum();
        double later = quiet.Total - visible.Total - (idle * quiet.SecondsSince(visible));
        long checkIns = replay.Sent;
        return (replay, new BulkFigures(
            replay.Game,
            checkIns,
            replay.SecondsToAccept,
            replay.SecondsUntilVisible,
            Math.Round(checkIns / replay.SecondsToAccept),
            Math.Round(checkIns / replay.SecondsUntilVisible),
            Math.Round(total, 2),
            Math.Round(client, 2),
            Math.Round(Math.Max(0, later), 2),
            Math.Round(idle, 3),
            Micros(total),
            Micros(total + client),
            [.. processes.Select((process, i) => new ProcessFigures(
                process.Name, Math.Round(used[i], 2), Math.Round(used[i] / checkIns * 1_000, 6), memory[i]))]));

        double Micros(double seconds) => Math.Round(seconds / checkIns * 1e6, 2);
    }

    private static void Demand(Verification verified, long checkIns)
    {
        if (verified.DifferencesCount != 0)
        {
            throw new BenchException(
                $"{verified.Game} does not balance, so there are no figures. "
                + $"{verified.DifferencesCount:N0} differences:\n"
                + string.Join('\n', verified.Differences));
        }

        if (verified.ActionsInQuests != checkIns)
        {
            throw new BenchException(
                $"{verified.Game} holds {verified.ActionsInQuests:N0} actions, but {checkIns:N0} were sent: "
                + "there are no figures.");
        }
    }

    private static void Say(string doing) => Console.Error.WriteLine($"bench: {doing}");
}
