using System.Globalization;
using Mesh.Partitions.Simulation.Running;
using Mesh.Partitions.Simulation.World;

namespace Mesh.Partitions.Simulation;

/// <summary>
/// <c>--seeds N [--from N] [--threads N]</c> runs worlds; <c>--seed N [--trace]</c> runs one and tells of it.
/// Exit code 1: an invariant was broken.
/// </summary>
internal static class Program
{
    private const int Shown = 10;

    private static int Main(string[] args)
    {
        if (Option(args, "--seed") is { } seed)
        {
            return One(seed, args.Contains("--trace"));
        }

        long from = Option(args, "--from") ?? 0;
        int threads = (int)(Option(args, "--threads") ?? Environment.ProcessorCount);
        Outcome outcome = SeedRunner.RunAll(from, Option(args, "--seeds") ?? 1_000, threads, Shown);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Seeds} seeds from {from}, {outcome.Seeds / outcome.Took.TotalSeconds:F0} a second"));
        foreach (Failure failure in outcome.Failures)
        {
            Console.WriteLine($"seed {failure.Seed}: {failure.Violation.Message}");
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

    private static long? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;
    }
}
