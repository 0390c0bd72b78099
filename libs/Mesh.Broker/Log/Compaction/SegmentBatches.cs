using Mesh.Broker.Wire;

namespace Mesh.Broker.Log.Compaction;

/// <summary>A segment is damaged: what it holds cannot be told, so nothing may be taken away.</summary>
internal sealed class DamagedSegmentException(Segment segment, long position)
    : Exception($"The batch at {position} of {segment.FilePath} is damaged.")
{
    public Segment Segment { get; } = segment;

    public long Position { get; } = position;
}

/// <summary>Reads a full segment from its start, batch by batch, each with its checksum.</summary>
internal sealed class SegmentBatches(Segment segment)
{
    private readonly LogWindow _window = new(segment.Handle, segment.LengthBytes);
    private byte[] _batch = new byte[Limits.IndexIntervalBytes];
    private long _position;

    /// <summary>The next batch, good until the one after it; empty at the end.</summary>
    /// <exception cref="DamagedSegmentException">It is no batch.</exception>
    /// <exception cref="ObjectDisposedException">The segment has been deleted meanwhile.</exception>
    public ReadOnlySpan<byte> Next()
    {
        if (_position >= _window.Length)
        {
            return default;
        }

        if (!_window.HasBatch(_position))
        {
            throw new DamagedSegmentException(segment, _position);
        }

        int total = (int)new BatchHeader(_window.At(_position, BatchHeader.Size)).TotalBytes;
        if (_batch.Length < total)
        {
            _batch = new byte[total];
        }

        if (FileReading.Fill(segment.Handle, _batch.AsSpan(0, total), _position) != total)
        {
            throw new DamagedSegmentException(segment, _position);
        }

        _position += total;
        return _batch.AsSpan(0, total);
    }

    /// <summary>Whether any batch has a codec that cannot be opened; only headers are looked at.</summary>
    public bool HasOpaque()
    {
        for (long at = 0; at < _window.Length;)
        {
            ReadOnlySpan<byte> head = _window.At(at, BatchHeader.Size);
            if (head.Length < BatchHeader.Size || new BatchHeader(head).TotalBytes < BatchHeader.Size)
            {
                throw new DamagedSegmentException(segment, at);
            }

            BatchHeader batch = new(head);
            if (!batch.IsControl && !RecordCodec.IsKnown(batch.Codec))
            {
                return true;
            }

            at += batch.TotalBytes;
        }

        return false;
    }
}
