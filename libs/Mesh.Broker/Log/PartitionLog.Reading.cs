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
    /// <param name="error">
    /// <see cref="ErrorCode.CorruptMessage"/> when what is asked for does not have its checksum any more; else none.
    /// </param>
    /// <returns>The bytes attached.</returns>
    public int Read(long offset, int maxBytes, bool atLeastOne, RecordSink sink, out ErrorCode error)
    {
        error = ErrorCode.None;
        while (true)
        {
            Segment segment;
            IndexEntry from;
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
                from = segment.Before(offset);
                end = segment.LengthBytes;
            }

            ReadOutcome outcome;
            try
            {
                outcome = SegmentReader.Read(segment, from, end, offset, maxBytes, atLeastOne);
            }
            catch (ObjectDisposedException)
            {
                // Retention or compaction has taken the segment meanwhile; what is there now answers.
                continue;
            }

            if (outcome.Bytes is { } bytes)
            {
                sink.Add(bytes.Segment, bytes);
                return bytes.Segment.Count;
            }

            if (outcome.IsDamaged)
            {
                Report(segment, outcome.Position);
                error = ErrorCode.CorruptMessage;
                return 0;
            }

            if (!TryPassHole(segment, ref offset))
            {
                return 0;
            }
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
            long bytes = Math.Max(1, first.LengthBytes - first.Before(offset).Position);
            for (int i = _segments.Count - 1; _segments[i] != first; i--)
            {
                bytes += _segments[i].LengthBytes;
            }

            return bytes;
        }
    }

    /// <summary>The first offset that is as new as a timestamp, and its timestamp; null when none is.</summary>
    public (long Offset, long Timestamp)? FindTimestamp(long timestampMs)
    {
        (Segment Segment, IndexEntry From, int End)[] candidates;
        long start;
        lock (_gate)
        {
            start = _startOffset;
            candidates = _closed
                ? []
                : [.. _segments.Where(s => s.MaxTimestamp >= timestampMs)
                    .Select(s => (s, s.BeforeTimestamp(timestampMs), s.LengthBytes))];
        }

        foreach ((Segment segment, IndexEntry from, int end) in candidates)
        {
            try
            {
                if (TimestampSearch.Find(segment, from, end, timestampMs, start) is { } found)
                {
                    return found;
                }
            }
            catch (ObjectDisposedException)
            {
                // Retention or compaction has taken it; what follows answers.
            }
        }

        return null;
    }

    /// <summary>
    /// Goes on at the next segment when compaction has taken all that followed the offset in its own, or anew when it
    /// has replaced that; false when the offset has not been passed, because the batch there did not fit.
    /// </summary>
    private bool TryPassHole(Segment passed, ref long offset)
    {
        lock (_gate)
        {
            int at = _segments.IndexOf(passed);
            if (at < 0)
            {
                // Compaction has replaced it meanwhile; what is there now answers.
                return true;
            }

            if (at + 1 >= _segments.Count || passed.EndOffset > offset)
            {
                return false;
            }

            offset = Math.Max(offset, _segments[at + 1].BaseOffset);
            return true;
        }
    }

    /// <summary>Says once where the log is damaged.</summary>
    private void Report(Segment segment, long position)
    {
        _context.Counters.CorruptReads.Increment();
        lock (_gate)
        {
            if (_reported.Count >= Limits.MaxDamagesReported || !_reported.Add((segment.BaseOffset, position)))
            {
                return;
            }
        }

        BrokerMessages.CorruptBatch(_context.Logger, Name, position, segment.FilePath);
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
