using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>Reading: from the newest batches in memory where they are, else from a segment's file.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>Whether an offset can be asked for; the end itself can, and has nothing yet.</summary>
    public bool IsInRange(long offset) => offset >= StartOffset && offset <= EndOffset;

    /// <summary>
    /// Attaches whole batches to a response, beginning with the one that holds <paramref name="offset"/>, up to
    /// <paramref name="maxBytes"/>; at least one when <paramref name="atLeastOne"/> and there is one.
    /// </summary>
    /// <returns>The bytes attached.</returns>
    public int Read(long offset, int maxBytes, bool atLeastOne, RecordSink sink)
    {
        Segment segment;
        int from;
        int end;
        lock (_gate)
        {
            if (_closed || offset < _startOffset || offset >= _endOffset)
            {
                return 0;
            }

            if (_tail.Count > 0 && offset >= _tail[0].FirstOffset)
            {
                return ReadTail(offset, maxBytes, atLeastOne, sink);
            }

            segment = SegmentOf(offset);
            from = segment.PositionBefore(offset);
            end = segment.LengthBytes;
        }

        try
        {
            FileBytes? bytes = SegmentReader.Read(segment, from, end, offset, maxBytes, atLeastOne);
            if (bytes is null)
            {
                return 0;
            }

            sink.Add(bytes.Segment, bytes);
            return bytes.Segment.Count;
        }
        catch (ObjectDisposedException)
        {
            // Retention or a deletion has taken the segment meanwhile; the client asks again and is told.
            return 0;
        }
    }

    /// <summary>About how many bytes follow an offset; 0 at the end.</summary>
    public long BytesAfter(long offset)
    {
        lock (_gate)
        {
            if (_closed || offset < _startOffset || offset >= _endOffset)
            {
                return 0;
            }

            Segment first = SegmentOf(offset);
            long bytes = Math.Max(1, first.LengthBytes - first.PositionBefore(offset));
            for (int i = _segments.Count - 1; _segments[i] != first; i--)
            {
                bytes += _segments[i].LengthBytes;
            }

            return bytes;
        }
    }

    /// <summary>The first offset whose batch reaches a timestamp, and that timestamp; null when none does.</summary>
    public (long Offset, long Timestamp)? FindTimestamp(long timestampMs)
    {
        (Segment Segment, int From, int End)[] candidates;
        long start;
        lock (_gate)
        {
            start = _startOffset;
            candidates = _closed
                ? []
                : [.. _segments.Where(s => s.MaxTimestamp >= timestampMs)
                    .Select(s => (s, s.PositionBeforeTimestamp(timestampMs), s.LengthBytes))];
        }

        foreach ((Segment segment, int from, int end) in candidates)
        {
            (long Offset, long Timestamp)? found = SegmentReader.FindTimestamp(segment, from, end, timestampMs);
            if (found is not null)
            {
                return (Math.Max(start, found.Value.Offset), found.Value.Timestamp);
            }
        }

        return null;
    }

    private int ReadTail(long offset, int maxBytes, bool atLeastOne, RecordSink sink)
    {
        int read = 0;
        foreach (TailChunk chunk in _tail)
        {
            if (chunk.EndOffset <= offset)
            {
                continue;
            }

            ArraySegment<byte> bytes = chunk.From(offset, maxBytes - read, atLeastOne && read == 0);
            if (bytes.Count == 0 || !sink.HasRoom)
            {
                break;
            }

            chunk.Hold();
            sink.Add(bytes, chunk);
            read += bytes.Count;
            if (!chunk.IsEnd(bytes))
            {
                // What follows in this chunk did not fit; a later chunk's batch might, and would leave a hole.
                break;
            }
        }

        return read;
    }

    private Segment SegmentOf(long offset)
    {
        for (int i = _segments.Count - 1; i > 0; i--)
        {
            if (_segments[i].BaseOffset <= offset)
            {
                return _segments[i];
            }
        }

        return _segments[0];
    }
}
