using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>A report of the scenario <c>storm</c> as people read it.</summary>
internal static class StormTable
{
    // p99 from submit to acknowledged, beside the storm over alone.
    private const double AimRatio = 1.2;
    private const double Mebi = 1024 * 1024;

    internal static void Write(StormReport report)
    {
        IAnsiConsole console = Heading.Write(
            Invariant($"storm: {report.Rate:N0} check-ins a second for {report.Seconds} s, ")
            + Invariant($"warmed up for {report.WarmUp} s"),
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore);
        foreach (LatencyPhase phase in report.Figures.Phases)
        {
            console.Write(LatencyTable.TableOf(phase));
        }

        foreach (string line in Lines(report.Figures))
        {
            console.WriteLine(line);
        }
    }

    private static IEnumerable<string> Lines(StormFigures figures)
    {
        CrowdFigures crowd = figures.Crowd;
        FloodFigures flood = figures.Flood;
        yield return Invariant($"crowd     {crowd.Clients:N0} clients, told to come again {crowd.Again:N0} times; ")
            + Invariant($"durable after {crowd.P50 / 1000:0.0} s (p50), {crowd.P99 / 1000:0.0} s (p99), ")
            + Invariant($"{crowd.Max / 1000:0.0} s (all)");
        yield return Invariant($"flood     limit {flood.Limit:N0} a second: {flood.Sent:N0} sent, ")
            + Invariant($"{flood.Durable:N0} durable, {flood.Refused:N0} told to come later");
        foreach (MemoryFigures memory in figures.Memory)
        {
            yield return Invariant($"memory    {memory.Process}: {memory.Before / Mebi:0} MiB before, ")
                + Invariant($"{memory.Most / Mebi:0} MiB at the most");
        }

        yield return Invariant($"lost      {figures.Lost:N0} of what was said to be durable");
        double board = figures.Phases[1].ToBoard.P99 / figures.Phases[0].ToBoard.P99;
        double door = figures.Phases[1].Whole[0].P99 / figures.Phases[0].Whole[0].P99;
        string verdict = Math.Max(board, door) <= AimRatio ? "met" : "missed";
        yield return Invariant($"ratio     {door:0.00} of p99 to acknowledged, {board:0.00} to the board, ")
            + Invariant($"aim {AimRatio}: {verdict}");
    }
}
