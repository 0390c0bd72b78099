namespace Mesh.Bus.Reading;

/// <summary>
/// Compares the record before the offset that a partition starts at with what was read there once: it is fetched first,
/// and not handed over. The reader's thread alone.
/// </summary>
internal sealed class StartChecks
{
    private readonly Dictionary<int, TopicStart> _open = [];

    /// <summary>A partition is assigned; returns the first offset to fetch.</summary>
    public long Begin(TopicStart start)
    {
        if (start is { Before: not null, Offset: > 0 })
        {
            _open[start.Partition] = start;
            return start.Offset - 1;
        }

        _open.Remove(start.Partition);
        return start.Offset;
    }

    /// <summary>A partition is not assigned any more.</summary>
    public void End(int partition) => _open.Remove(partition);

    /// <summary>The record cannot be fetched; returns where to start without it; null: none was to be.</summary>
    public long? GiveUp(int partition) => _open.Remove(partition, out TopicStart? start) ? start.Offset : null;

    /// <summary>What the first record of a partition says; the next ones are all to be handed over.</summary>
    /// <returns>Whether the record is to be handed over; null: it is another one than was read there.</returns>
    public bool? Judge(int partition, long offset, byte[] value)
    {
        if (_open.Count == 0 || !_open.Remove(partition, out TopicStart? start) || offset >= start.Offset)
        {
            return true;
        }

        return RecordChecksum.Of(value) == start.Before ? false : null;
    }
}
