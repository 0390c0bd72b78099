using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Store;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios;

/// <summary>
/// <c>bench store</c>: what the event store does, beside what PostgreSQL's own tools do with the same cluster.
/// </summary>
internal static class StoreScenario
{
    internal static Command Create()
    {
        Option<int> rounds =
            Number("--rounds", 3, "Measures everything so many times and reports the medians.");
        Option<double> scale = new("--scale")
        {
            Description = "Shortens everything by this factor, for trials: 1 is what is worth keeping.",
            HelpName = "FACTOR",
            DefaultValueFactory = _ => 1,
        };
        Option<string[]> only = new("--only")
        {
            Description = $"Only some parts: {string.Join(", ", StoreParts.Names)}.",
            HelpName = "PART",
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong([.. StoreParts.Names]);
        Option<string?> json = Json();
        Option<bool> keep = new("--keep") { Description = "Keeps the data, and says where." };
        Command command = new("store", "Commits, appends, starts and hops of the event store, beside pgbench and COPY.")
        {
            rounds, scale, only, json, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? file = Writable(parsed.GetValue(json));
            StoreRequest request = new(
                AtLeast(1, rounds.Name, parsed.GetValue(rounds)),
                parsed.GetValue(scale) is > 0 and <= 1 and var factor
                    ? factor
                    : throw new BenchException($"{scale.Name} must be above 0 and at most 1."),
                parsed.GetValue(only) is { Length: > 0 } chosen ? chosen : StoreParts.Names,
                parsed.GetValue(keep));
            await RunAsync(request, file, cancellation);
        });
        return command;
    }

    private static async Task RunAsync(StoreRequest request, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        (string server, IReadOnlyList<StoreFigure> figures) = await StoreRun.RunAsync(layout, request, cancellation);
        StoreReport report = new(
            "store",
            TimeProvider.System.GetUtcNow(),
            commit,
            Machine.Here(),
            load,
            server,
            request.Rounds,
            request.Scale,
            figures);
        StoreTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
