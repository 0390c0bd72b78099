namespace Mesh.Partitions.Machine;

/// <summary>
/// Who should own which partition: every instance computes the same from the same rows. Partitions without an owner go,
/// the busiest first, to the instance with the least to do; then partitions move from the busiest instance to the least
/// busy one, if all that together makes a difference worth the moves.
/// </summary>
internal static class Division
{
    // A move costs a pause of its partition: moves that gain less than a fifth of an instance's fair share are left.
    private const double Worthwhile = 0.2;

    // Records a second that are no burden yet: what a burst of a moment leaves in the measured rate moves nothing.
    private const double IdleRate = 100;

    /// <param name="instances">Those that are alive; at least one.</param>
    /// <param name="owners">By partition, its owner where that is alive; else null.</param>
    /// <param name="rates">By partition, events a second.</param>
    public static Guid[] Divide(IEnumerable<Guid> instances, IReadOnlyList<Guid?> owners, IReadOnlyList<double> rates)
    {
        // Idle partitions are divided by number, and those with little to do almost so.
        double floor = IdleRate + (rates.Sum() / rates.Count / 10);
        double Weight(int partition) => rates[partition] + floor;

        SortedDictionary<Guid, double> loads = new(instances.ToDictionary(i => i, _ => 0.0));
        Guid[] desired = new Guid[owners.Count];
        List<int> free = [];
        for (int n = 0; n < desired.Length; n++)
        {
            if (owners[n] is { } owner && loads.ContainsKey(owner))
            {
                desired[n] = owner;
                loads[owner] += Weight(n);
            }
            else
            {
                free.Add(n);
            }
        }

        foreach (int n in free.OrderByDescending(Weight).ThenBy(n => n))
        {
            Guid least = loads.MinBy(load => load.Value).Key;
            desired[n] = least;
            loads[least] += Weight(n);
        }

        Guid[] balanced = [.. desired];
        double before = GapOf(loads);
        Balance(balanced, loads, Weight);
        return before - GapOf(loads) >= loads.Values.Sum() / loads.Count * Worthwhile ? balanced : desired;
    }

    private static double GapOf(SortedDictionary<Guid, double> loads) => loads.Values.Max() - loads.Values.Min();

    private static void Balance(Guid[] desired, SortedDictionary<Guid, double> loads, Func<int, double> weight)
    {
        for (int moves = 0; moves < desired.Length; moves++)
        {
            (Guid most, double high) = loads.MaxBy(load => load.Value);
            (Guid least, double low) = loads.MinBy(load => load.Value);
            double gap = high - low;

            // The best move halves the gap; one that is as heavy as the gap only turns it round.
            int best = -1;
            for (int n = 0; n < desired.Length; n++)
            {
                if (desired[n] == most && weight(n) < gap
                    && (best < 0 || Math.Abs(weight(n) - (gap / 2)) < Math.Abs(weight(best) - (gap / 2))))
                {
                    best = n;
                }
            }

            if (best < 0)
            {
                return;
            }

            desired[best] = least;
            loads[most] -= weight(best);
            loads[least] += weight(best);
        }
    }
}
