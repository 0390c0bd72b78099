namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// Stops all of PostgreSQL for a while: nobody may lose a partition by it, nor start over. What instances hand each
/// other of their own will, to share the work, is no loss.
/// </summary>
internal sealed class StallCheck(OwnershipHistory history, Victims victims, Health health, Violations violations)
{
    private const int Controls = 3;

    // Long enough for whoever would count as gone to be robbed.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);
    private int _untold;

    /// <summary>Stalls left out: instances lost partitions without one, so it would have told nothing.</summary>
    internal int Untold => Volatile.Read(ref _untold);

    internal async Task RunAsync(Fault fault, CancellationToken cancellation)
    {
        // 1. For as long nothing is taken without a stall. 2. The first process stops before those that it starts.
        // 3. They go on. 4. Nothing was taken meanwhile.
        if (!await IsCalmAsync(fault.Asleep + Aftermath, cancellation))
        {
            Interlocked.Increment(ref _untold);
            return;
        }

        Victim postmaster = await victims.PickAsync(victim => victim.Name == "postgres", 0, cancellation);
        IReadOnlyList<OwnershipChange> before = await history.SinceAsync([], cancellation);
        postmaster.SendStop();
        IReadOnlyList<Victim> children = postmaster.Children();
        try
        {
            foreach (Victim child in children)
            {
                child.SendStop();
            }

            await Task.Delay(fault.Asleep, cancellation);
        }
        finally
        {
            foreach (Victim process in children.Append(postmaster))
            {
                process.SendContinue();
            }
        }

        await health.WaitAsync(cancellation);
        await Task.Delay(Aftermath, cancellation);
        foreach (OwnershipChange lost in await LostSinceAsync(before, cancellation))
        {
            violations.Add(
                $"A database that stalled for {fault.Asleep.TotalSeconds:0} s cost a partition: {lost}", lost.Service);
        }
    }

    // A machine too busy to let an instance beat for half a second looks the same as a fault.
    private async Task<bool> IsCalmAsync(TimeSpan length, CancellationToken cancellation)
    {
        for (int control = 0; control < Controls; control++)
        {
            IReadOnlyList<OwnershipChange> before = await history.SinceAsync([], cancellation);
            await Task.Delay(length, cancellation);
            if ((await LostSinceAsync(before, cancellation)).Count == 0)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<IReadOnlyList<OwnershipChange>> LostSinceAsync(
        IReadOnlyList<OwnershipChange> before, CancellationToken cancellation) =>
        [.. (await history.SinceAsync(before, cancellation))
            .Where(change => change.Change is Change.Takeover or Change.Retake)];
}
