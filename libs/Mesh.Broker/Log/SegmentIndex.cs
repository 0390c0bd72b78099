namespace Mesh.Broker.Log;

/// <summary>One place of a segment: where a batch begins, and the newest timestamp of everything before it.</summary>
internal readonly record struct IndexEntry(long BaseOffset, int Position, long MaxTimestampBefore);

/// <summary>
/// A segment's sparse index, by offset and by time: an entry for about every <see cref="Limits.IndexIntervalBytes"/>.
/// Used under the partition's lock.
/// </summary>
internal sealed class SegmentIndex
{
    private readonly List<IndexEntry> _entries;

    public SegmentIndex(List<IndexEntry> entries)
    {
        _entries = entries;
    }

    public IReadOnlyList<IndexEntry> Entries => _entries;

    public void Add(IndexEntry entry) => _entries.Add(entry);

    /// <summary>The last entry at or before an offset: its batch is the wanted one or lies before it.</summary>
    public IndexEntry Before(long offset, long segmentBase)
    {
        int low = 0;
        int high = _entries.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_entries[middle].BaseOffset <= offset)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _entries.Count == 0 ? new IndexEntry(segmentBase, 0, -1) : _entries[low];
    }

    /// <summary>An entry at or before the first batch with a timestamp of at least the given one.</summary>
    public IndexEntry BeforeTimestamp(long timestampMs, long segmentBase)
    {
        // Entry i knows the newest timestamp of everything before it: the batch lies before the first entry past it.
        for (int i = 1; i < _entries.Count; i++)
        {
            if (_entries[i].MaxTimestampBefore >= timestampMs)
            {
                return _entries[i - 1];
            }
        }

        return _entries.Count == 0 ? new IndexEntry(segmentBase, 0, -1) : _entries[^1];
    }
}
