namespace Mesh.Partitions.Machine;

/// <summary>
/// When a partition may be taken again, how small its pages are to be, and which records it is to leave undecided.
/// </summary>
internal sealed class Retry
{
    private const long FirstPause = 100;
    private const long LongestPause = 5_000;

    private readonly Dictionary<RecordId, (int Failures, string Error)> _suspects = [];
    private long _notBefore;
    private long _pause = FirstPause;
    private bool _busy;
    private int _pageLimit = Limits.PageEvents;

    public bool TryBegin(long now)
    {
        if (_busy || now < _notBefore)
        {
            return false;
        }

        _busy = true;
        return true;
    }

    public void Hold() => _busy = true;

    public void Release() => _busy = false;

    public void Ended(long now, bool pause)
    {
        _busy = false;
        _notBefore = pause ? now + _pause : 0;
        _pause = pause ? Math.Min(_pause * 2, LongestPause) : _suspects.Count > 0 ? _pause : FirstPause;
    }

    /// <summary>A new machine learns what the ones before it failed at.</summary>
    public void Prepare(PartitionMachine machine)
    {
        machine.PageLimit = Math.Min(machine.PageLimit, _pageLimit);
        _pageLimit = Limits.PageEvents;
        foreach (RecordId record in _suspects.Keys.ToArray())
        {
            if (machine.Next.TryGetValue((record.Topic, record.Partition), out InputPlace place)
                && record.Offset < place.Next)
            {
                _suspects.Remove(record);
            }
        }

        machine.Isolate(_suspects
            .Where(suspect => suspect.Value.Failures >= Limits.RecordAttempts)
            .ToDictionary(suspect => suspect.Key, suspect => suspect.Value.Error));
    }

    /// <summary>A record could not be decided.</summary>
    /// <returns>The fault, when that was the last attempt.</returns>
    public Fault? Failed(Fault fault)
    {
        int failures = _suspects.TryGetValue(fault.Record, out (int Failures, string Error) before)
            ? before.Failures + 1
            : 1;
        _suspects[fault.Record] = (failures, fault.Error);
        if (failures < Limits.RecordAttempts)
        {
            return null;
        }

        // What is given up needs no more patience; the next one gets its own.
        _pause = FirstPause;
        return failures == Limits.RecordAttempts ? fault : null;
    }

    /// <summary>The database refuses a page: the next are smaller, until one record's events stand alone.</summary>
    /// <returns>What is wrong with the record, when one is to blame.</returns>
    public Fault? Refused(PartitionMachine machine, string reason)
    {
        _pageLimit = Math.Max(1, machine.PageLimit / 2);
        if (machine.PageLimit > 1 || machine.CommittingRecord is not { } record)
        {
            return null;
        }

        _suspects[record] = (Limits.RecordAttempts, reason);
        return new Fault(record, reason);
    }
}
