using System.Globalization;
using Spectre.Console;

namespace Mesh.Bench.Reporting;

/// <summary>A report of the scenario <c>latency</c> as people read it.</summary>
internal static class LatencyTable
{
    // At the board, in milliseconds, at half of what saturates the machine.
    private const double AimP50 = 4;
    private const double AimP99 = 10;
    private const int PlainWidth = 110;
    private const double Mebibyte = 1024 * 1024;

    internal static void Write(LatencyReport report)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = PlainWidth;
        }

        console.WriteLine(Invariant(
            $"latency: {report.Rate:N0} check-ins a second for {report.Seconds} s, warmed up for {report.WarmUp} s"));
        console.WriteLine(Invariant(
            $"{report.Date:u}, commit {report.Commit.Id}{(report.Commit.Dirty ? " and changes" : "")}"));
        console.WriteLine(Invariant(
            $"{report.Machine.Cpu}, {report.Machine.Cores} cores, {report.Machine.MemoryBytes / Mebibyte:N0} MiB, ")
            + $"Linux {report.Machine.Kernel}, .NET {report.Machine.Dotnet}, "
            + Invariant($"load before {report.LoadBefore:0.00}"));
        foreach (LatencyPhase phase in report.Figures.Phases)
        {
            console.Write(TableOf(phase));
            foreach (string line in Lines(phase))
            {
                console.WriteLine(line);
            }
        }
    }

    private static Table TableOf(LatencyPhase phase)
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

        table.AddEmptyRow();
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
        yield return $"longest   {phase.Hops.MaxBy(hop => hop.P50)!.Name} at the median, "
            + $"{phase.Hops.MaxBy(hop => hop.OfSlowest)!.Name} of the slowest 1 %";
    }

    private static string Number(double value) => value.ToString("N2", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
