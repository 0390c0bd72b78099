using System.Globalization;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>The beginning of the log: recovery, retention by time and size, and deletion up to an offset.</summary>
internal sealed partial class PartitionLog
{
    private const string StartOffsetFile = "start-offset";

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
            _producers.Expire(nowMs);
            if (!_settings.Deletes)
            {
                return;
            }

            long total = _segments.Sum(s => (long)s.LengthBytes);
            while (_segments[0].LengthBytes > 0)
            {
                Segment first = _segments[0];
                bool expired = _settings.RetentionMs >= 0 && first.MaxTimestamp >= 0
                    && nowMs - first.MaxTimestamp > _settings.RetentionMs;
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

        Segment first = _segments[0];
        long start = _segments[1].BaseOffset;
        _segments.RemoveAt(0);
        Interlocked.Exchange(ref _startOffset, Math.Max(_startOffset, start));
        while (_tail.Count > 0 && _tail[0].EndOffset <= _startOffset)
        {
            Forget(_tail[0]);
            _tail.RemoveAt(0);
        }

        File.Delete(first.FilePath);
        first.Dispose();
    }

    private void Recover()
    {
        long[] bases = [.. Directory.EnumerateFiles(_directory, "*.log")
            .Select(f => long.Parse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture))
            .Order()];
        long nowMs = _context.NowMs();
        for (int i = 0; i < bases.Length; i++)
        {
            Segment segment = new(_directory, bases[i]);
            _segments.Add(segment);
            SegmentRecovery.Result result = SegmentRecovery.Recover(segment, _producers, nowMs);
            _endOffset = result.EndOffset;
            if (result.InvalidBytes > 0)
            {
                BrokerMessages.TailCut(
                    _context.Logger, Name, segment.FilePath, result.InvalidBytes, result.EndOffset);
                RandomAccess.SetLength(segment.Handle, segment.LengthBytes);
                SetAside(bases[(i + 1)..]);
                break;
            }
        }

        if (_segments.Count == 0)
        {
            Roll();
        }

        string startFile = Path.Combine(_directory, StartOffsetFile);
        long start = File.Exists(startFile)
            ? long.Parse(File.ReadAllText(startFile), CultureInfo.InvariantCulture)
            : 0;
        _startOffset = Math.Min(_endOffset, Math.Max(start, _segments[0].BaseOffset));
    }

    /// <summary>
    /// Segments after a damaged one cannot be served, since their offsets would leave a hole that clients take for
    /// loss; they are kept under another name for whoever wants to look.
    /// </summary>
    private void SetAside(long[] bases)
    {
        foreach (long baseOffset in bases)
        {
            string name = Path.Combine(_directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture));
            File.Move(name + ".log", name + ".cut", overwrite: true);
            BrokerMessages.SegmentSetAside(_context.Logger, Name, name + ".cut");
        }
    }
}
