using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>A report of the scenario <c>grpc</c> as people read it.</summary>
internal static class GrpcTable
{
    private const int PlainWidth = 130;

    internal static void Write(GrpcReport report)
    {
        IAnsiConsole console = Heading.Write(
            Invariant($"grpc: medians of {report.Rounds} rounds, scale {report.Scale}; messages of 120 B"),
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore,
            PlainWidth,
            report.Peer ?? "without @grpc/grpc-js");
        Table table = new Table().Border(TableBorder.Ascii)
            .AddColumn(new TableColumn("calls per CPU-second").NoWrap())
            .AddColumn(new TableColumn("ours").RightAligned())
            .AddColumn(new TableColumn("bare").RightAligned())
            .AddColumn(new TableColumn("grpc-js").RightAligned())
            .AddColumn(new TableColumn("ratio").RightAligned())
            .AddColumn("aim")
            .AddColumn(new TableColumn("B/call").RightAligned())
            .AddColumn(new TableColumn("bare").RightAligned())
            .AddColumn("aim");
        foreach (GrpcFigure figure in report.Figures)
        {
            table.AddRow(
                figure.Load,
                Invariant($"{figure.CallsPerCpuSecond:N0}"),
                Invariant($"{figure.BareCallsPerCpuSecond:N0}"),
                figure.PeerCallsPerCpuSecond is { } peer ? Invariant($"{peer:N0}") : "-",
                Invariant($"{figure.Ratio:0.00}"),
                Invariant($">= {figure.RatioAim} {Met(figure.Ratio >= figure.RatioAim)}"),
                Invariant($"{figure.BytesPerCall:N0}"),
                Invariant($"{figure.BareBytesPerCall:N0}"),
                Invariant($"<= {figure.BytesAim} {Met(figure.BytesPerCall <= figure.BytesAim)}"));
        }

        console.Write(table);
    }

    private static string Met(bool met) => met ? "met" : "missed";
}
