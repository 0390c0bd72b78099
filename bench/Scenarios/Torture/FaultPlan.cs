using Mesh.Partitions;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>What is done to the mesh.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL to an instance.</summary>
    Kill,

    /// <summary>SIGSTOP to an instance, and SIGCONT later.</summary>
    Zombie,

    /// <summary>SIGKILL to PostgreSQL's first process.</summary>
    Database,

    /// <summary>SIGKILL to the broker.</summary>
    Broker,

    /// <summary>SIGSTOP to all processes of PostgreSQL, and SIGCONT later: nobody may lose a partition by it.</summary>
    Stall,

    /// <summary>An exception at a fault point.</summary>
    Error,
}

/// <summary>One fault.</summary>
/// <param name="Number">Its place in the plan, from 1.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Place">At which fault point; null: at a random moment.</param>
/// <param name="Pick">Which of the candidates it meets, from 0 to 1.</param>
/// <param name="Before">How long the driver waits before it.</param>
/// <param name="Asleep">How long what it stops stays stopped.</param>
/// <param name="Overlaps">Whether the next one comes before all is healthy again.</param>
internal sealed record Fault(
    int Number, FaultKind Kind, string? Place, double Pick, TimeSpan Before, TimeSpan Asleep, bool Overlaps)
{
    public override string ToString() => $"{Number}. {Kind}{(Place is null ? "" : $" at {Place}")}";
}

/// <summary>What is asked of a run.</summary>
internal sealed record TortureRequest(
    int Kills,
    int Zombies,
    int Databases,
    int Brokers,
    int Stalls,
    int Errors,
    int Seed,
    int Rate,
    int Games,
    double Overlap,
    bool Keep)
{
    internal int Faults => Kills + Zombies + Databases + Brokers + Stalls + Errors;
}

/// <summary>The same faults in the same order for the same seed; whom they meet depends on who runs then.</summary>
internal static class FaultPlan
{
    private const double BeforeSeconds = 1;
    private static readonly TimeSpan StallLength = TimeSpan.FromSeconds(2);

    internal static IReadOnlyList<Fault> Make(TortureRequest request)
    {
        Random random = new(request.Seed);
        List<(FaultKind Kind, string? Place)> wanted =
        [
            .. Halved(FaultKind.Kill, request.Kills, random.Next(FaultPoints.All.Count)),
            .. Halved(FaultKind.Zombie, request.Zombies, random.Next(FaultPoints.All.Count)),
            .. Enumerable.Repeat((FaultKind.Database, (string?)null), request.Databases),
            .. Enumerable.Repeat((FaultKind.Broker, (string?)null), request.Brokers),
            .. Enumerable.Repeat((FaultKind.Stall, (string?)null), request.Stalls),
            .. Enumerable.Range(0, request.Errors).Select(i => (FaultKind.Error, (string?)PlaceOf(i))),
        ];
        (FaultKind Kind, string? Place)[] order = [.. wanted];
        random.Shuffle(order);
        return
        [
            .. order.Select((fault, i) => new Fault(
                i + 1,
                fault.Kind,
                fault.Place,
                random.NextDouble(),
                TimeSpan.FromSeconds(random.NextDouble() * BeforeSeconds),
                fault.Kind == FaultKind.Stall ? StallLength : Sleep(random),
                random.NextDouble() < request.Overlap && fault.Kind != FaultKind.Stall)),
        ];
    }

    // One half at fault points, each in turn, from one that the seed says; the other at random moments.
    private static IEnumerable<(FaultKind Kind, string? Place)> Halved(FaultKind kind, int count, int first) =>
        Enumerable.Range(0, count).Select(i => (kind, i % 2 == 0 ? PlaceOf(first + (i / 2)) : null));

    private static string PlaceOf(int i) => FaultPoints.All[i % FaultPoints.All.Count];

    // Mostly just around the times after which an instance counts as gone; sometimes long.
    private static TimeSpan Sleep(Random random) => TimeSpan.FromSeconds(random.Next(10) switch
    {
        < 7 => 0.4 + (random.NextDouble() * 1.1),
        < 9 => 1.5 + (random.NextDouble() * 3.5),
        _ => 5 + (random.NextDouble() * 10),
    });
}
