using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>
/// <c>bench storm</c>: what others notice when thousands of clients come back at once and a tenant sends far more than
/// it may.
/// </summary>
internal static class StormScenario
{
    internal static Command Create()
    {
        Option<int> clients = Number("--clients", 10_000, "So many come at once, each over its own connection.");
        Option<int> limit = Number("--limit", 100, "Actions a second of a tenant that sends ten times as many.");
        Option<int> rate = Number("--rate", 50, "Check-ins a second of everybody else.");
        Option<int> seconds = Number("--seconds", 100, "Measures so long.");
        Option<int> warmUp = Number("--warm-up", 20, "Sends at the same rate for so many seconds first.");
        Option<string?> json = Json();
        Option<bool> keep = Keep();
        Command command = new("storm", "What others notice of clients that come back at once, and of a greedy tenant.")
        {
            clients, limit, rate, seconds, warmUp, json, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            StormRequest request = new(
                AtLeast(1, clients.Name, parsed.GetValue(clients)),
                AtLeast(1, limit.Name, parsed.GetValue(limit)),
                AtLeast(1, rate.Name, parsed.GetValue(rate)),
                AtLeast(1, seconds.Name, parsed.GetValue(seconds)),
                AtLeast(0, warmUp.Name, parsed.GetValue(warmUp)),
                parsed.GetValue(keep));
            await RunAsync(request, Writable(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static async Task RunAsync(StormRequest request, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        StormFigures figures = await StormRun.RunAsync(layout, request, cancellation);
        StormReport report = new(
            "storm",
            TimeProvider.System.GetUtcNow(),
            commit,
            Machine.Here(),
            load,
            request.Rate,
            request.Seconds,
            request.WarmUp,
            figures);
        StormTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
