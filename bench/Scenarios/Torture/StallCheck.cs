using System.Diagnostics;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Stops all of PostgreSQL for a while: nobody may lose a partition by it.</summary>
internal sealed class StallCheck(Databases databases, Victims victims, Health health, Violations violations)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal async Task RunAsync(Fault fault, CancellationToken cancellation)
    {
        // 1. Nothing moves. 2. Stop, the first process before those that it starts. 3. Go on. 4. Nothing has moved.
        Dictionary<string, string>? before = await UnchangedAsync(cancellation);
        if (before is null)
        {
            violations.Add($"Partitions change hands for {Limit.TotalSeconds:0} s although all is healthy.", "");
            return;
        }

        Victim postmaster = await victims.PickAsync(victim => victim.Name == "postgres", 0, cancellation);
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
        Dictionary<string, string>? after = await UnchangedAsync(cancellation);
        foreach ((string service, string owners) in before.Where(one => after?[one.Key] != one.Value))
        {
            violations.Add(
                $"A database that stalled for {fault.Asleep.TotalSeconds:0} s moved partitions of {service}:\n"
                + $"before {owners}\nafter  {after?[service]}",
                service);
        }
    }

    // Owners and epochs of all partitions, once they have been the same for some time; null: they never are.
    private async Task<Dictionary<string, string>?> UnchangedAsync(CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        Dictionary<string, string>? last = null;
        long since = began;
        while (Stopwatch.GetElapsedTime(began) < Limit)
        {
            Dictionary<string, string> now = [];
            foreach (string service in Victims.DecidingServices)
            {
                now[service] = await databases.TryOwnersAsync(service, cancellation) is { } owners
                    ? string.Join(" ", owners.Select(one => $"{one.Partition}:{Short(one.Owner)}@{one.Epoch}"))
                    : $"unknown {Stopwatch.GetTimestamp()}";
            }

            if (last is null || now.Any(one => last[one.Key] != one.Value))
            {
                (last, since) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > Settled)
            {
                return last;
            }

            await Task.Delay(Beat, cancellation);
        }

        return null;
    }

    private static string Short(Guid? owner) => owner?.ToString("N")[..6] ?? "nobody";
}
