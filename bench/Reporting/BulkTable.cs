using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>A report as people read it.</summary>
internal static class BulkTable
{
    private const int PlainWidth = 100;
    private const double Mebibyte = 1024 * 1024;

    internal static void Write(BulkReport report)
    {
        BulkFigures figures = report.Figures;
        IAnsiConsole console = Heading.Write(
            Invariant($"bulk: {report.Rows:N0} rows x {report.Copies} copies = {figures.CheckIns:N0} check-ins, ")
            + report.File,
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore,
            PlainWidth);
        console.Write(Processes(figures));
        foreach (string line in Lines(report))
        {
            console.WriteLine(line);
        }
    }

    private static Table Processes(BulkFigures figures)
    {
        Table table = new Table().Border(TableBorder.Ascii).Title(Markup.Escape(figures.Game), Style.Plain)
            .AddColumn("process")
            .AddColumn(new TableColumn("CPU s").RightAligned())
            .AddColumn(new TableColumn("CPU s / 1,000").RightAligned())
            .AddColumn(new TableColumn("us / check-in").RightAligned())
            .AddColumn(new TableColumn("memory MiB").RightAligned());
        foreach (ProcessFigures process in figures.Processes)
        {
            Row(process.Name, process.CpuSeconds, process.MemoryBytes is { } bytes
                ? Invariant($"{bytes / Mebibyte:N0}")
                : "not readable");
        }

        table.AddEmptyRow();
        long memory = figures.Processes.Sum(process => process.MemoryBytes ?? 0);
        Row("mesh", figures.MeshCpuSeconds, Invariant($"{memory / Mebibyte:N0}"));
        Row("replay client", figures.ClientCpuSeconds, "");
        Row("mesh and client", figures.MeshCpuSeconds + figures.ClientCpuSeconds, "");
        return table;

        void Row(string name, double seconds, string memory) => table.AddRow(
            Markup.Escape(name),
            Invariant($"{seconds:0.00}"),
            Invariant($"{seconds / figures.CheckIns * 1_000:0.00000}"),
            Invariant($"{seconds / figures.CheckIns * 1e6:0.00}"),
            memory);
    }

    private static IEnumerable<string> Lines(BulkReport report)
    {
        BulkFigures figures = report.Figures;
        yield return Invariant($"accepted  {figures.SecondsToAccept:0.000} s, {figures.AcceptedPerSecond:N0} a second");
        yield return Invariant(
            $"visible   {figures.SecondsUntilVisible:0.000} s, {figures.VisiblePerSecond:N0} a second");
        yield return Invariant($"later     {figures.LaterCpuSeconds:0.00} CPU s above idle until quiet; ")
            + Invariant($"idle {figures.IdleCores:0.000} cores");
        double target = report.TargetMicrosPerCheckIn;
        string verdict = figures.MicrosPerCheckIn <= target ? "met" : "missed";
        yield return Invariant($"target    {target:0} us CPU per check-in, mesh without client: ")
            + Invariant($"{figures.MicrosPerCheckIn:0.00}, {verdict}");
        yield return Invariant($"verified  {report.Verified.Game}: {report.Verified.ActionsInQuests:N0} actions, ")
            + Invariant($"{report.Verified.RewardsIssued:N0} rewards, {report.Verified.Sessions:N0} sessions, ")
            + Invariant($"{report.Verified.DifferencesCount} differences");
        if (report.Runs.Count > 1)
        {
            yield return "runs      " + string.Join(
                ", ", report.Runs.Select(run => Invariant($"{run.MicrosPerCheckIn:0.00}"))) + " us per check-in";
        }
    }
}
