using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>A report of the scenarios <c>store</c> and <c>broker</c> as people read it.</summary>
internal static class StoreTable
{
    private const int PlainWidth = 130;

    internal static void Write(StoreReport report)
    {
        IAnsiConsole console = Heading.Write(
            Invariant($"store: medians of {report.Rounds} rounds, scale {report.Scale}"),
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore,
            PlainWidth,
            $"PostgreSQL {report.Postgres}");
        Write(console, report.Figures);
    }

    internal static void Write(BrokerReport report)
    {
        IAnsiConsole console = Heading.Write(
            Invariant($"broker: medians of {report.Rounds} rounds, {report.Records} records of 100 bytes"),
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore,
            PlainWidth);
        Write(console, report.Figures);
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<StoreFigure> figures)
    {
        Table table = new Table().Border(TableBorder.Ascii)
            .AddColumn(new TableColumn("what").NoWrap())
            .AddColumn(new TableColumn("median").RightAligned())
            .AddColumn("unit")
            .AddColumn("beside it")
            .AddColumn(new TableColumn("median").RightAligned())
            .AddColumn(new TableColumn("ratio").RightAligned())
            .AddColumn("aim");
        foreach (StoreFigure figure in figures)
        {
            table.AddRow(
                Markup.Escape(figure.Name),
                Number(figure.Median),
                figure.Unit,
                Markup.Escape(figure.Peer ?? string.Empty),
                figure.PeerMedian is { } peer ? Number(peer) : string.Empty,
                figure.Ratio is { } ratio ? Invariant($"{ratio:0.00}") : string.Empty,
                AimOf(figure));
        }

        console.Write(table);
    }

    private static string AimOf(StoreFigure figure) => figure.Aim is not { } aim
        ? string.Empty
        : Invariant($"{(aim.AtMost ? "<=" : ">=")} {aim.Value}{(aim.OfRatio ? " x" : "")}, ")
            + (figure.Met == true ? "met" : "missed");

    private static string Number(double value) => value >= 100 ? Invariant($"{value:N0}") : Invariant($"{value:0.00}");
}
