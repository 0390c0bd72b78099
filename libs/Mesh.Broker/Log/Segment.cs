using System.Globalization;
using Mesh.Broker.Wire;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Log;

/// <summary>
/// One append-only file of a partition's log: batches as they were received, back to back, named by the offset of its
/// first record. Its index is sparse, in memory, and rebuilt from the batches at start. Used under the partition's
/// lock, except for reading the file.
/// </summary>
internal sealed class Segment : IDisposable
{
    private readonly List<IndexEntry> _index = [];
    private int _sinceIndexed;

    public Segment(string directory, long baseOffset)
    {
        BaseOffset = baseOffset;
        FilePath = Path.Combine(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + ".log");
        Handle = File.OpenHandle(
            FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public long BaseOffset { get; }

    public string FilePath { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Bytes of whole, valid batches; whatever the file holds beyond is not part of the log.</summary>
    public int LengthBytes { get; private set; }

    /// <summary>The newest record timestamp, -1 when empty.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>The first batch's newest timestamp: rolling by time goes by record time, as on Apache Kafka.</summary>
    public long FirstTimestamp { get; private set; } = -1;

    /// <summary>Takes note of a batch that now lies at the end of the file.</summary>
    public void Added(in BatchHeader batch, long baseOffset)
    {
        if (_index.Count == 0 || _sinceIndexed >= Limits.IndexIntervalBytes)
        {
            _index.Add(new IndexEntry(baseOffset, LengthBytes, MaxTimestamp));
            _sinceIndexed = 0;
        }

        if (LengthBytes == 0)
        {
            FirstTimestamp = batch.MaxTimestamp;
        }

        int bytes = (int)batch.TotalBytes;
        LengthBytes += bytes;
        _sinceIndexed += bytes;
        MaxTimestamp = Math.Max(MaxTimestamp, batch.MaxTimestamp);
    }

    /// <summary>A position at or before the batch that holds <paramref name="offset"/>.</summary>
    public int PositionBefore(long offset)
    {
        int low = 0;
        int high = _index.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_index[middle].BaseOffset <= offset)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _index.Count == 0 ? 0 : _index[low].Position;
    }

    /// <summary>A position at or before the first batch with a timestamp of at least the given one.</summary>
    public int PositionBeforeTimestamp(long timestampMs)
    {
        // Entry i knows the newest timestamp of everything before it: the batch lies before the first entry past it.
        for (int i = 1; i < _index.Count; i++)
        {
            if (_index[i].MaxTimestampBefore >= timestampMs)
            {
                return _index[i - 1].Position;
            }
        }

        return _index.Count == 0 ? 0 : _index[^1].Position;
    }

    public void Dispose() => Handle.Dispose();

    private readonly record struct IndexEntry(long BaseOffset, int Position, long MaxTimestampBefore);
}
