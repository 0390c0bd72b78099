using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;

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
        Option<string?> json = new("--json") { Description = "Writes the report to a file too.", HelpName = "FILE" };
        Option<bool> keep = new("--keep") { Description = "Keeps the mesh's data and logs, and says where." };
        Command command = new("bulk", "CPU, memory and rate of a bulk replay through the whole mesh.")
        {
            copies, limit, file, synthetic, runs, warmUp, json, keep,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            BulkRequest request = new(
                parsed.GetValue(synthetic) is null ? FileOf(parsed.GetValue(file)) : null,
                parsed.GetValue(synthetic) ?? 0,
                AtLeastOne(copies.Name, parsed.GetValue(copies)),
                parsed.GetValue(limit),
                AtLeastOne(runs.Name, parsed.GetValue(runs)),
                AtLeastOne(warmUp.Name, parsed.GetValue(warmUp)),
                parsed.GetValue(keep));
            await RunAsync(request, Writable(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static Option<int> Number(string name, int value, string description) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static int AtLeastOne(string name, int value) =>
        value >= 1 ? value : throw new BenchException($"{name} must be at least 1.");

    // Said before the work, not after it.
    private static string? Writable(string? path) =>
        path is null || Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
            ? path
            : throw new BenchException($"--json: there is no directory for {path}.");

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
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, report.ToJson() + "\n", cancellation);
        }
    }
}
