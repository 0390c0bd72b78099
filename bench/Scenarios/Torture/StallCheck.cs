namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// Stops all of PostgreSQL for a while: nobody may lose a partition by it, nor start over. What instances hand each
/// other of their own will, to share the work, is no loss.
/// </summary>
internal sealed class StallCheck(OwnershipHistory history, Victims victims, Health health, Violations violations)
{
    // Long enough for whoever would count as gone to be robbed.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);

    internal async Task RunAsync(Fault fault, CancellationToken cancellation)
    {
        // 1. The first process stops before those that it starts. 2. They go on. 3. Nothing was taken meanwhile.
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
        foreach (OwnershipChange lost in (await history.SinceAsync(before, cancellation))
            .Where(change => change.Change is Change.Takeover or Change.Retake))
        {
            violations.Add(
                $"A database that stalled for {fault.Asleep.TotalSeconds:0} s cost a partition: {lost}", lost.Service);
        }
    }
}
