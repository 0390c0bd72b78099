using System.CommandLine;

namespace Mesh.Bench.Scenarios;

/// <summary>What the scenarios' options have in common.</summary>
internal static class Arguments
{
    internal static Option<int> Number(string name, int value, string description) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    internal static Option<string?> Json() =>
        new("--json") { Description = "Writes the report to a file too.", HelpName = "FILE" };

    internal static Option<bool> Keep() => new("--keep")
    {
        Description = "Keeps the mesh's data and logs, and says where.",
    };

    internal static int AtLeast(int least, string name, int value) =>
        value >= least ? value : throw new BenchException($"{name} must be at least {least}.");

    /// <summary>The report's file, if there is to be one. Said before the work, not after it.</summary>
    internal static string? Writable(string? path) =>
        path is null || Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
            ? path
            : throw new BenchException($"--json: there is no directory for {path}.");
}
