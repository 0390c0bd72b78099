using System.Globalization;
using Mesh.Partitions.Simulation.Mutants;
using Mesh.Partitions.Simulation.Running;
using Mesh.Partitions.Simulation.World;

namespace Mesh.Partitions.Simulation;

/// <summary>
/// <c>--seeds N [--from N] [--threads N] [--first]</c> runs worlds; <c>--seed N [--trace]</c> runs one and tells of it;
/// <c>mutants [--only NAME] [--seeds N]</c> breaks one rule after the other. Exit code 1: an invariant was broken, or a
/// mutant was not noticed.
/// </summary>
internal static class Program
{
    private const int Shown = 10;

    private static int Main(string[] args)
    {
        if (args is ["mutants", ..])
        {
            return Mutate(args);
        }

        if (Option(args, "--seed") is { } seed)
        {
            return One(seed, args.Contains("--trace"));
        }

        long from = Option(args, "--from") ?? 0;
        int threads = (int)(Option(args, "--threads") ?? Environment.ProcessorCount);
        Outcome outcome = SeedRunner.RunAll(
            from, Option(args, "--seeds") ?? 1_000, threads, args.Contains("--first") ? 1 : Shown);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Seeds} seeds from {from}, {outcome.Seeds / outcome.Took.TotalSeconds:F0} a second"));
        foreach (Failure failure in outcome.Failures)
        {
            Console.WriteLine($"seed {failure.Seed}: {Line(failure.Violation)}");
        }

        foreach (Happening happening in Enum.GetValues<Happening>())
        {
            Console.WriteLine($"  {happening,-24} {outcome.Coverage[happening],12}");
        }

        return outcome.Failures.Count > 0 ? 1 : 0;
    }

    private static int One(long seed, bool traced)
    {
        (Violation? violation, SimWorld world) = SeedRunner.Run(seed, traced);
        foreach (string line in world.Trace?.Lines ?? [])
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(violation is null ? $"seed {seed} holds" : $"seed {seed}: {violation.Message}");
        return violation is null ? 0 : 1;
    }

    private static int Mutate(string[] args)
    {
        string? only = args.SkipWhile(arg => arg != "--only").Skip(1).FirstOrDefault();
        Mutant[] mutants = [.. MutantTable.All.Where(mutant => only is null || mutant.Name == only)];
        using MutantRunner runner = new();
        IReadOnlyList<Verdicted> results = runner.RunAll(
            mutants,
            Option(args, "--seeds") ?? 10_000,
            result => Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Mutant.Name,-32} {result.Mutant.Rule,-11} {result.Seed,6}  {result.Detail}")));
        int survivors = results.Count(result => result.Seed is null);
        Console.WriteLine($"{results.Count} mutants, {survivors} of them not noticed");
        return survivors > 0 || results.Count == 0 ? 1 : 0;
    }

    // An exception tells where it was, over many lines.
    private static string Line(Violation violation) =>
        violation.Message.ReplaceLineEndings("\n").Split('\n')[0];

    private static long? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;
    }
}
