namespace Mesh.Partitions.Shell;

/// <summary>
/// Whose turn it is among lanes that all have something. The most urgent goes first. As long as more urgent ones are
/// in use the others take a few records at a time, and those that have seconds rest for many times as long as those
/// took: the commits, the database and the other services that work for them are shared as well. A lane that has waited
/// as long as it may takes a turn between two of the others. Times in milliseconds.
/// </summary>
internal sealed class LanePacer(IReadOnlyList<LaneOptions> lanes)
{
    private readonly long[] _usedAt = [.. lanes.Select(_ => long.MinValue / 2)];
    private readonly double[] _restsUntil = new double[lanes.Count];
    private bool _wasOverdue;

    /// <summary>Chooses a lane.</summary>
    /// <param name="now">The time.</param>
    /// <param name="waitingSince">When the oldest batch of each lane came; null: the lane has none.</param>
    /// <param name="records">How many records it may take.</param>
    /// <returns>Its index; negative: none now, see <see cref="UntilDue"/>.</returns>
    public int Choose(double now, ReadOnlySpan<long?> waitingSince, out int records)
    {
        int chosen = -1;
        bool overdue = false;
        for (int lane = 0; lane < waitingSince.Length; lane++)
        {
            if (waitingSince[lane] is not { } since)
            {
                continue;
            }

            _usedAt[lane] = (long)now;
            bool late = lane > 0 && !_wasOverdue && now - since >= lanes[lane].MaxWait.TotalMilliseconds;
            if (late || (chosen < 0 && (_restsUntil[lane] <= now || !IsBehind(lane, now))))
            {
                (chosen, overdue) = (lane, late);
            }
        }

        records = chosen >= 0 && IsBehind(chosen, now) ? Limits.YieldingRecords : int.MaxValue;
        _wasOverdue = chosen >= 0 ? overdue : _wasOverdue;

        return chosen;
    }

    /// <summary>What was taken is decided.</summary>
    public void Took(int lane, double from, double to)
    {
        if (lanes[lane].Rests && IsBehind(lane, to))
        {
            _restsUntil[lane] = to + ((to - from) * Limits.YieldingRest);
        }
    }

    /// <summary>How long until a lane that rests may go on.</summary>
    public double UntilDue(double now, ReadOnlySpan<long?> waitingSince)
    {
        double due = double.MaxValue;
        for (int lane = 0; lane < waitingSince.Length; lane++)
        {
            if (waitingSince[lane] is not null)
            {
                due = Math.Min(due, Math.Max(0, _restsUntil[lane] - now));
            }
        }

        return due;
    }

    private bool IsBehind(int lane, double now)
    {
        for (int urgent = 0; urgent < lane; urgent++)
        {
            if (now - _usedAt[urgent] < Limits.LaneInUse.TotalMilliseconds)
            {
                return true;
            }
        }

        return false;
    }
}
