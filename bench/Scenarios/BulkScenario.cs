using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios;

/// <summary>
/// <c>bench bulk</c>: what it costs to take in a file of check-ins at full speed, until the leaderboard shows them.
/// </summary>
internal static class BulkScenario
{
    private const string DataVariable = "MESH_DATA";
    private const string DefaultFile = "gowalla-nyc/checkins.tsv.gz";

    internal static Command Create()
    {
        Option<int> copies = Number("--copies", 8, "Sends each row for so many players.");
        Option<int> runs = Number("--runs", 1, "Replays into so many fresh games and reports the medians.");
        Option<int> warmUp = Number("--warm-up", 5_000, "Sends so many rows into another game first.");
        Option<long?> limit = new("--limit") { Description = "Sends the first so many rows.", HelpName = "N" };
        Option<string?> file = new("--file")
        {
            Description = $"The check-ins; else {DefaultFile} in the directory that {DataVariable} names.",
            HelpName = "FILE",
        };
        Option<long?> synthetic = new("--synthetic")
        {
            Description = "Sends a made-up file of so many rows, always the same.", HelpName = "ROWS",
        };
        Option<string?> json = Json();
        Option<bool> keep = Keep();
        Command command = new("bulk", "CPU, memory and rate of a bulk replay through the whole mesh.")
        {
            copies, limit, file, synthetic, runs, warmUp, json, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            BulkRequest request = new(
                parsed.GetValue(synthetic) is null ? FileOf(parsed.GetValue(file)) : null,
                parsed.GetValue(synthetic) ?? 0,
                AtLeast(1, copies.Name, parsed.GetValue(copies)),
                parsed.GetValue(limit),
                AtLeast(1, runs.Name, parsed.GetValue(runs)),
                AtLeast(1, warmUp.Name, parsed.GetValue(warmUp)),
                parsed.GetValue(keep));
            await RunAsync(request, Writable(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static string FileOf(string? given)
    {
        string? data = Environment.GetEnvironmentVariable(DataVariable);
        string path = given
            ?? (string.IsNullOrEmpty(data) ? null : Path.Combine(data, DefaultFile))
            ?? throw new BenchException(
                $"There are no check-ins: set {DataVariable} to the directory that holds {DefaultFile}, or use "
                + "--file FILE or --synthetic ROWS.");
        return File.Exists(path)
            ? Path.GetFullPath(path)
            : throw new BenchException(given is null
                ? $"{DataVariable} is {data}, but there is no {path}."
                : $"There is no file {path}.");
    }

    private static async Task RunAsync(BulkRequest request, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        BulkResult result = await BulkRun.RunAsync(layout, request, cancellation);
        BulkReport report = new(
            "bulk",
            TimeProvider.System.GetUtcNow(),
            commit,
            Machine.Here(),
            load,
            request.File is null ? "synthetic" : Path.GetFileName(request.File),
            result.Rows,
            request.Copies,
            BulkRun.TargetMicrosPerCheckIn,
            Medians.Of(result.Runs),
            result.Runs,
            result.Verified);
        BulkTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
