using System.Globalization;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Says what was done, what it cost, and whether everything held.</summary>
internal sealed class TortureReport(
    TortureRequest request, TimeSpan took, IReadOnlyList<OwnershipChange> changes)
{
    internal void Write(
        Torturer torturer,
        Recoveries recoveries,
        ZombieWatch zombies,
        StallCheck stalls,
        Load load,
        Invariants invariants,
        Violations violations)
    {
        Line("seed", request.Seed);
        Line("seconds", Math.Round(took.TotalSeconds));
        WriteFaults(torturer.CarriedOut);
        Console.WriteLine("until a killed instance's partitions answer again, ms");
        WriteTimes("taken over, no other fault", recoveries.All.Where(one => one.TakenOver));
        WriteTimes("all", recoveries.All);
        Console.WriteLine("partitions that changed hands");
        foreach (var change in changes.GroupBy(one => one.Change).OrderBy(one => one.Key))
        {
            Line($"  {change.Key}", change.Count());
        }

        Line("stalls left out: too busy", stalls.Untold);
        Line("answers of zombies", zombies.Answers);
        Line("zombies that lost partitions", zombies.Lost);
        Line("replays that ended well", load.Done.Count);
        Line("replays started again", load.Again.Count);
        foreach (string again in load.Again.Take(5))
        {
            Console.WriteLine($"  {again}");
        }

        Line("actions", invariants.Actions);
        Line("events in all logs", invariants.Events);
        Line("records sent more than once", invariants.Repeats);
        foreach (string violation in violations.Found)
        {
            Console.WriteLine($"VIOLATION: {violation}");
        }

        // Once more without the logs: whoever keeps only the end of this still learns what did not hold.
        foreach (string violation in violations.Found)
        {
            Console.WriteLine($"VIOLATION: {violation.Split('\n')[0]}");
        }

        Console.WriteLine(violations.Count == 0 ? "held" : $"{violations.Count:N0} violations");
    }

    private static void WriteFaults(IReadOnlyCollection<(Fault Fault, bool Reached, bool Provoked)> faults)
    {
        Console.WriteLine("faults carried out");
        foreach (var kind in faults.GroupBy(one => one.Fault.Kind).OrderBy(kind => kind.Key))
        {
            Line($"  {kind.Key}", kind.Count());
        }

        Console.WriteLine("at fault points: reached / ordered");
        foreach (var place in faults.Where(one => one.Fault.Place is not null).GroupBy(one => one.Fault.Place))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {place.Key,-28}{place.Count(one => one.Reached),6} / {place.Count()}"));
        }

        Line("instances killed only to provoke", faults.Count(one => one.Provoked));
    }

    private static void WriteTimes(string which, IEnumerable<Recovery> recoveries)
    {
        double[] ms = [.. recoveries.Select(one => one.Ms).Order()];
        string times = ms.Length == 0
            ? "none"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"p50 {At(ms, 0.5):0}  p99 {At(ms, 0.99):0}  max {ms[^1]:0}  ({ms.Length} partitions)");
        Console.WriteLine($"  {which,-28}{times}");
    }

    private static double At(double[] sorted, double share) =>
        sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static void Line(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-36}{value:N0}"));
}
