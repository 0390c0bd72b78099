using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>A report of the scenario <c>outage</c> as people read it.</summary>
internal static class OutageTable
{
    // Kept actions that are sent on, a second.
    private const double AimPerSecond = 10_000;

    internal static void Write(OutageReport report)
    {
        IAnsiConsole console = Heading.Write(
            Invariant($"outage: the broker hangs for {report.Seconds} s of {report.Rate:N0} check-ins a second")
            + (report.KillDoor ? ", and a door dies" : ""),
            report.Date,
            report.Commit,
            report.Machine,
            report.LoadBefore);
        OutageFigures figures = report.Figures;
        string verdict = figures.SentOnPerSecond >= AimPerSecond ? "met" : "missed";
        console.WriteLine(Invariant($"accepted  {figures.Accepted:N0} in {figures.SecondsToAccept:0.0} s, ")
            + "all there were; the books agree");
        console.WriteLine(Invariant($"kept      {figures.KeptAtEnd:N0} when the broker went on, ")
            + Invariant($"{figures.Kept:N0} in all"));
        console.WriteLine(Invariant($"sent on   the first after {figures.FirstAfterMs:N0} ms, ")
            + Invariant($"all after {figures.SecondsToSendOn:0.00} s"));
        console.WriteLine(Invariant($"rate      {figures.SentOnPerSecond:N0} a second, ")
            + Invariant($"aim {AimPerSecond:N0}: {verdict}"));
    }
}
