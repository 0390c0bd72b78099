using System.Globalization;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>The beginning of the log: retention by time and size, and deletion up to an offset.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>
    /// Deletes whole segments that are past the topic's retention. Time goes by the records' timestamps, not by their
    /// arrival: that is Apache Kafka's rule, and records stamped in the past go early there as well.
    /// </summary>
    public void ApplyRetention()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            long nowMs = _context.NowMs();
            _producers.Expire(nowMs, _context.ProducerExpiryMs);
            if (!_settings.Deletes)
            {
                return;
            }

            long total = _segments.Sum(s => (long)s.LengthBytes);
            while (_segments.Count > 1 || _segments[0].LengthBytes > 0)
            {
                // Compaction may have left nothing of a segment.
                Segment first = _segments[0];
                bool expired = first.LengthBytes == 0 || (_settings.RetentionMs >= 0 && first.MaxTimestamp >= 0
                    && nowMs - first.MaxTimestamp > _settings.RetentionMs);
                bool surplus = _settings.RetentionBytes >= 0
                    && total - first.LengthBytes >= _settings.RetentionBytes;
                if (!expired && !surplus)
                {
                    return;
                }

                total -= first.LengthBytes;
                DeleteFirstSegment();
                BrokerMessages.SegmentDeleted(_context.Logger, Name, first.BaseOffset, expired ? "time" : "size");
            }
        }
    }

    /// <summary>
    /// Flushes full segments to the disk, so that not even a power cut makes a start read them. The disk works without
    /// the lock.
    /// </summary>
    public void SealSegments()
    {
        Segment[] full;
        lock (_gate)
        {
            full = _closed ? [] : [.. _segments.SkipLast(1).Where(s => !s.IsSealed)];
        }

        foreach (Segment segment in full)
        {
            try
            {
                RandomAccess.FlushToDisk(segment.Handle);
            }
            catch (ObjectDisposedException)
            {
                continue;
            }

            lock (_gate)
            {
                if (!_closed && _segments.Contains(segment))
                {
                    segment.Seal();
                }
            }
        }
    }

    /// <summary>Deletes the records before an offset (DeleteRecords); -1 means all there are.</summary>
    public (ErrorCode Error, long StartOffset) DeleteBefore(long offset)
    {
        lock (_gate)
        {
            long target = offset == -1 ? _endOffset : offset;
            if (_closed || target > _endOffset || target < 0)
            {
                return (ErrorCode.OffsetOutOfRange, -1);
            }

            if (target > _startOffset)
            {
                AtomicFile.Write(
                    Path.Combine(_directory, StartOffsetFile), target.ToString(CultureInfo.InvariantCulture));
                Interlocked.Exchange(ref _startOffset, target);
                while (_segments.Count > 1 && _segments[1].BaseOffset <= target)
                {
                    DeleteFirstSegment();
                }
            }

            return (ErrorCode.None, _startOffset);
        }
    }

    private void DeleteFirstSegment()
    {
        if (_segments.Count == 1)
        {
            // The empty successor keeps the end offset over a restart.
            Roll();
        }

        if (_segments[^1].CheckpointBytes < 0)
        {
            // The producers of what goes live on in a later segment's index.
            TryWriteIndex(_segments[^1]);
        }

        Segment first = _segments[0];
        long start = _segments[1].BaseOffset;
        _segments.RemoveAt(0);
        Interlocked.Exchange(ref _startOffset, Math.Max(_startOffset, start));
        while (_tail.Count > 0 && _tail[0].EndOffset <= _startOffset)
        {
            Forget(_tail[0]);
            _tail.RemoveAt(0);
        }

        first.Delete();
        _context.Counters.SegmentsDeleted.Increment();
    }
}
