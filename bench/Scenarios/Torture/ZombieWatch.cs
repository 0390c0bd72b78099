using System.Diagnostics;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// Asks an instance that was stopped and goes on: it must not answer for a partition of which the database said, before
/// it was asked, that another instance owns it.
/// </summary>
internal sealed class ZombieWatch(Peers peers, Databases databases, Violations violations)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);
    private int _answers;
    private int _lost;

    /// <summary>How often a zombie answered at all.</summary>
    internal int Answers => Volatile.Read(ref _answers);

    /// <summary>How many zombies found that they had lost something.</summary>
    internal int Lost => Volatile.Read(ref _lost);

    /// <summary>Watches for two seconds, from the moment that it goes on.</summary>
    internal async Task WatchAsync(Victim zombie, Action wake, CancellationToken cancellation)
    {
        // The database is asked before: so the first question is waiting when the zombie wakes.
        List<PartitionOwnership>? before = await databases.TryOwnersAsync(zombie.Service, cancellation);
        if (before?.Any(one => IsElsewhere(one, zombie)) == true)
        {
            Interlocked.Increment(ref _lost);
        }

        Task<IReadOnlyList<int>?> first = peers.OwnAsync(zombie.Service, zombie.Url, cancellation);
        wake();
        long woken = Stopwatch.GetTimestamp();
        await JudgeAsync(zombie, before, await first, cancellation);
        while (Stopwatch.GetElapsedTime(woken) < Length && zombie.IsAlive)
        {
            before = await databases.TryOwnersAsync(zombie.Service, cancellation);
            await JudgeAsync(
                zombie, before, await peers.OwnAsync(zombie.Service, zombie.Url, cancellation), cancellation);
        }
    }

    private static bool IsElsewhere(PartitionOwnership one, Victim zombie) =>
        one.Address is not null && one.Address != zombie.Url;

    private async Task JudgeAsync(
        Victim zombie,
        IReadOnlyList<PartitionOwnership>? before,
        IReadOnlyList<int>? answered,
        CancellationToken cancellation)
    {
        if (answered is null)
        {
            return;
        }

        Interlocked.Increment(ref _answers);
        PartitionOwnership[] suspects =
            [.. (before ?? []).Where(one => IsElsewhere(one, zombie) && answered.Contains(one.Partition))];
        if (suspects.Length == 0)
        {
            return;
        }

        // Unless it has become the owner again between the two.
        List<PartitionOwnership>? after = await databases.TryOwnersAsync(zombie.Service, cancellation);
        foreach (PartitionOwnership stale in suspects.Where(one => after?[one.Partition].Epoch == one.Epoch))
        {
            violations.Add(
                $"{zombie.Name} (process {zombie.Pid}) answered for partition {stale.Partition}, which {stale.Address} "
                + $"owned since before it was asked (epoch {stale.Epoch}).",
                zombie.Service);
        }
    }
}
