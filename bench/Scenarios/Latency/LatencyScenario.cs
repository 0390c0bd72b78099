using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>
/// <c>bench latency</c>: how long check-ins take through the whole mesh, when they come by the clock, alone and beside
/// a backlog.
/// </summary>
internal static class LatencyScenario
{
    private const string On = "on";
    private const string Off = "off";

    internal static Command Create()
    {
        Option<int> rate = Number("--rate", 500, "Check-ins a second.");
        Option<int> seconds = Number("--seconds", 20, "Measures so long.");
        Option<int> warmUp = Number("--warm-up", 10, "Sends at the same rate for so many seconds first.");
        Option<int> backlog = Number(
            "--backlog", 0, "Measures once more, beside so many actions that may wait, sent at full speed.");
        Option<string> lanes = new("--lanes")
        {
            Description = $"{Off}: the backlog goes in the check-ins' own lane.",
            HelpName = $"{On}|{Off}",
            DefaultValueFactory = _ => On,
        };
        lanes.AcceptOnlyFromAmong(On, Off);
        Option<bool> byLane = new("--by-lane")
        {
            Description = "Sends a third of the check-ins in each lane, and shows each.",
        };
        Option<bool> hops = new("--hops")
        {
            Description = "Reads the topics on the way too, as three more consumers, and shows each hop.",
        };
        Option<string?> json = Json();
        Option<bool> keep = Keep();
        Command command = new("latency", "From a check-in to a changed score on a board that is watched.")
        {
            rate, seconds, warmUp, backlog, lanes, byLane, hops, json, keep,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(byLane) && parsed.GetValue(backlog) > 0)
            {
                parsed.AddError($"{byLane.Name} and {backlog.Name} are measured one at a time.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            LatencyRequest request = new(
                AtLeast(1, rate.Name, parsed.GetValue(rate)),
                AtLeast(1, seconds.Name, parsed.GetValue(seconds)),
                AtLeast(0, warmUp.Name, parsed.GetValue(warmUp)),
                AtLeast(0, backlog.Name, parsed.GetValue(backlog)),
                parsed.GetValue(lanes) == On,
                parsed.GetValue(byLane),
                parsed.GetValue(hops),
                parsed.GetValue(keep));
            await RunAsync(request, Writable(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static async Task RunAsync(LatencyRequest request, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        LatencyFigures figures = await LatencyRun.RunAsync(layout, request, cancellation);
        LatencyReport report = new(
            "latency",
            TimeProvider.System.GetUtcNow(),
            commit,
            Machine.Here(),
            load,
            request.Rate,
            request.Seconds,
            request.WarmUp,
            request.Lanes,
            figures);
        LatencyTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
