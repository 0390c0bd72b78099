using System.Globalization;
using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>A report of the scenario <c>latency</c> as people read it.</summary>
internal static class LatencyTable
{
    // At the board, in milliseconds, at half of what saturates the machine.
    private const double AimP50 = 4;
    private const double AimP99 = 10;

    // p99 to the board beside a backlog, over the same without.
    private const double AimRatio = 1.2;

    internal static void Write(LatencyReport report)
    {
        IAnsiConsole console = Heading.Write(
            Invariant($"latency: {report.Rate:N0} check-ins a second for {report.Seconds} s, ")
            + Invariant($"warmed up for {report.WarmUp} s"),
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore);
        foreach (LatencyPhase phase in report.Figures.Phases)
        {
            console.Write(TableOf(phase));
            foreach (string line in Lines(phase))
            {
                console.WriteLine(line);
            }
        }

        if (report.Figures.Backlog is { } backlog)
        {
            foreach (string line in Lines(backlog, report.Lanes))
            {
                console.WriteLine(line);
            }
        }
    }

    internal static Table TableOf(LatencyPhase phase)
    {
        Table table = new Table().Border(TableBorder.Ascii)
            .Title(Markup.Escape(Invariant($"{phase.Name}: {phase.CheckIns:N0} check-ins, ms")), Style.Plain)
            .AddColumn(new TableColumn("from, to").NoWrap())
            .AddColumn(new TableColumn("p50").RightAligned())
            .AddColumn(new TableColumn("p99").RightAligned())
            .AddColumn(new TableColumn("p99.9").RightAligned())
            .AddColumn(new TableColumn("max").RightAligned())
            .AddColumn(new TableColumn("of the slowest 1 %").RightAligned());
        foreach (LatencyLine line in phase.Whole)
        {
            Row(line);
        }

        if (phase.Hops.Count > 0)
        {
            table.AddEmptyRow();
        }

        foreach (LatencyLine line in phase.Hops)
        {
            Row(line);
        }

        return table;

        void Row(LatencyLine line) => table.AddRow(
            Markup.Escape(line.Name),
            Number(line.P50),
            Number(line.P99),
            Number(line.P999),
            Number(line.Max),
            Number(line.OfSlowest));
    }

    private static IEnumerable<string> Lines(LatencyPhase phase)
    {
        LatencyLine board = phase.ToBoard;
        string verdict = board.P50 <= AimP50 && board.P99 <= AimP99 ? "met" : "missed";
        yield return Invariant($"aim       p50 {AimP50} ms, p99 {AimP99} ms from submit to board: {verdict}");
        if (phase.Hops.Count > 0)
        {
            yield return $"longest   {phase.Hops.MaxBy(hop => hop.P50)!.Name} at the median, "
                + $"{phase.Hops.MaxBy(hop => hop.OfSlowest)!.Name} of the slowest 1 %";
        }
    }

    private static IEnumerable<string> Lines(BacklogFigures backlog, bool lanes)
    {
        string kind = lanes ? "pings in a lane of their own" : "scans in the check-ins' own lane";
        yield return Invariant($"backlog   {backlog.Actions:N0} {kind}, accepted in {backlog.SecondsToAccept:0.0} s, ")
            + Invariant($"turned away {backlog.TurnedAway:N0} times");
        yield return Invariant($"waiting   {backlog.WaitingBefore:N0} when the measured check-ins began, ")
            + Invariant($"{backlog.WaitingAfter:N0} when they ended");
        yield return Invariant($"taken     {backlog.TakenPerSecondBeside:N0} a second beside them")
            + (backlog.TakenPerSecondAfter is { } after ? Invariant($", {after:N0} a second afterwards; ") : "; ")
            + (backlog.SecondsUntilTaken >= 0
                ? Invariant($"all {backlog.SecondsUntilTaken:0.0} s after the last")
                : Invariant($"all {-backlog.SecondsUntilTaken:0.0} s before the last"));
        string verdict = backlog.WaitingAfter == 0 ? "unknown, the backlog did not last: use a larger one"
            : backlog.RatioOfP99 <= AimRatio ? "met"
            : "missed";
        string aim = Invariant($", aim {AimRatio} with lanes: {verdict}");
        yield return Invariant($"ratio     {backlog.RatioOfP99:0.00}: p99 from submit to board, beside over alone")
            + aim;
    }

    private static string Number(double value) => value.ToString("N2", CultureInfo.InvariantCulture);
}
