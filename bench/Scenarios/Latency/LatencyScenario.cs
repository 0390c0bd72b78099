using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>
/// <c>bench latency</c>: how long check-ins take through the whole mesh, when they come by the clock.
/// </summary>
internal static class LatencyScenario
{
    internal static Command Create()
    {
        Option<int> rate = Number("--rate", 500, "Check-ins a second.");
        Option<int> seconds = Number("--seconds", 20, "Measures so long.");
        Option<int> warmUp = Number("--warm-up", 10, "Sends at the same rate for so many seconds first.");
        Option<string?> json = new("--json") { Description = "Writes the report to a file too.", HelpName = "FILE" };
        Option<bool> keep = new("--keep") { Description = "Keeps the mesh's data and logs, and says where." };
        Command command = new("latency", "From a check-in to a changed score on a board that is watched, hop by hop.")
        {
            rate, seconds, warmUp, json, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            LatencyRequest request = new(
                AtLeast(1, rate.Name, parsed.GetValue(rate)),
                AtLeast(1, seconds.Name, parsed.GetValue(seconds)),
                AtLeast(0, warmUp.Name, parsed.GetValue(warmUp)),
                0,
                true,
                parsed.GetValue(keep));
            string? file = parsed.GetValue(json);
            if (file is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
            {
                throw new BenchException($"{json.Name}: there is no directory for {file}.");
            }

            await RunAsync(request, file, cancellation);
        });
        return command;
    }

    private static Option<int> Number(string name, int value, string description) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static int AtLeast(int least, string name, int value) =>
        value >= least ? value : throw new BenchException($"{name} must be at least {least}.");

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
            figures);
        LatencyTable.Write(report);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, report.ToJson() + "\n", cancellation);
        }
    }
}
