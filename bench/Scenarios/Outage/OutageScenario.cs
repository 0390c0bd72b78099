using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios.Outage;

/// <summary>
/// <c>bench outage</c>: what the door accepts while the broker hangs, and how soon all of it is in the topics.
/// </summary>
internal static class OutageScenario
{
    internal static Command Create()
    {
        Option<int> rate = Number("--rate", 1_000, "Check-ins a second.");
        Option<int> seconds = Number("--seconds", 30, "The broker is stopped for so long.");
        Option<bool> killDoor = new("--kill-door")
        {
            Description = "Two doors, and the one that holds what was accepted dies in the middle of it.",
        };
        Option<string?> json = Json();
        Option<bool> keep = Keep();
        Command command = new("outage", "What the door accepts while the broker hangs, and how soon it is sent on.")
        {
            rate, seconds, killDoor, json, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            OutageRequest request = new(
                AtLeast(1, rate.Name, parsed.GetValue(rate)),
                AtLeast(1, seconds.Name, parsed.GetValue(seconds)),
                parsed.GetValue(killDoor),
                parsed.GetValue(keep));
            await RunAsync(request, Writable(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static async Task RunAsync(OutageRequest request, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        OutageFigures figures = await OutageRun.RunAsync(layout, request, cancellation);
        OutageReport report = new(
            "outage",
            TimeProvider.System.GetUtcNow(),
            commit,
            Machine.Here(),
            load,
            request.Rate,
            request.Seconds,
            request.KillDoor,
            figures);
        OutageTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
