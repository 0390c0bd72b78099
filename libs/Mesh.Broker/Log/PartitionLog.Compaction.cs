using System.Globalization;
using Mesh.Broker.Log.Compaction;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>
/// Compaction: of each key only the last record stays, at its offset and in its order; the active segment is never
/// touched. A pass (1) remembers the last offset of each key in the part that was not compacted yet, (2) writes what
/// stays of neighbouring segments to a file aside, (3) lets that take their place. Readers go on with the old file or
/// the new one, and so does a start after a kill: until the first offset not compacted is written down (4), the next
/// pass does the same again.
/// </summary>
internal sealed partial class PartitionLog
{
    private const string CompactionFile = "compacted";

    private (long FirstDirty, long NextHorizonMs)? _compaction;
    private bool _isUncleanable;

    /// <summary>Compacts, if the topic wants it and there is enough to gain. One caller at a time.</summary>
    public void Compact(CancellationToken cancellation)
    {
        try
        {
            if (Plan() is { } plan)
            {
                Compact(plan, cancellation);
            }
        }
        catch (DamagedSegmentException damaged)
        {
            _isUncleanable = true;
            BrokerMessages.CompactionRefused(
                _context.Logger, Name, damaged.Position, damaged.Segment.FilePath);
        }
        catch (ObjectDisposedException)
        {
            // Retention took a segment, or the log was closed: the next pass begins with what is there then.
        }
    }

    private void Compact(Work plan, CancellationToken cancellation)
    {
        bool keepTombstones = plan.Segments.Any(s => new SegmentBatches(s).HasOpaque());
        (KeyOffsets keys, long mappedEnd) = MapKeys(plan, cancellation);
        BatchCleaner cleaner = new(keys, mappedEnd, plan.NowMs, plan.Settings.DeleteRetentionMs, keepTombstones);
        long before = 0;
        long after = 0;
        foreach (Segment[] group in Groups(plan, mappedEnd))
        {
            cancellation.ThrowIfCancellationRequested();
            before += group.Sum(s => (long)s.LengthBytes);
            if (Clean(group, cleaner, cancellation) is not { } cleaned)
            {
                return;
            }

            after += cleaned;
        }

        RememberCompacted(mappedEnd, cleaner.NextHorizonMs);
        _context.Counters.Compactions.Increment();
        BrokerMessages.Compacted(_context.Logger, Name, mappedEnd, before, after);
    }

    /// <summary>What there is to do; null: nothing, or too little.</summary>
    private Work? Plan()
    {
        lock (_gate)
        {
            if (_closed || !_settings.Compacts || _isUncleanable)
            {
                return null;
            }

            long nowMs = _context.NowMs();
            TopicSettings settings = _settings;
            (long firstDirty, long horizon) = _compaction ??= LoadCompacted();
            bool IsOverdue(Segment s) =>
                s.FirstTimestamp >= 0 && nowMs - s.FirstTimestamp > settings.MaxCompactionLagMs;
            if (_segments[^1].LengthBytes > 0 && IsOverdue(_segments[^1]))
            {
                Roll();
            }

            Segment[] ready = [.. _segments.SkipLast(1).TakeWhile(s => s.EndOffset <= firstDirty
                || settings.MinCompactionLagMs == 0 || s.MaxTimestamp <= nowMs - settings.MinCompactionLagMs)];
            Segment[] dirty = [.. ready.Where(s => s.EndOffset > firstDirty)];
            long dirtyBytes = dirty.Sum(s => (long)s.LengthBytes);
            long allBytes = ready.Sum(s => (long)s.LengthBytes);
            bool enough = dirtyBytes > 0
                && (dirtyBytes > settings.MinCleanableRatio * allBytes || dirty.Any(IsOverdue));
            return ready.Length > 0 && (enough || nowMs >= horizon)
                ? new Work(ready, Math.Max(firstDirty, _segments[0].BaseOffset), settings, nowMs)
                : null;
        }
    }

    /// <summary>(1) The last offset of each key from the first dirty offset on, and how far that goes.</summary>
    private static (KeyOffsets Keys, long MappedEnd) MapKeys(Work plan, CancellationToken cancellation)
    {
        KeyOffsets keys = new();
        foreach (Segment segment in plan.Segments.Where(s => s.EndOffset > plan.FirstDirty))
        {
            SegmentBatches batches = new(segment);
            for (ReadOnlySpan<byte> batch = batches.Next(); !batch.IsEmpty; batch = batches.Next())
            {
                cancellation.ThrowIfCancellationRequested();
                BatchHeader header = new(batch);
                if (header.LastOffset < plan.FirstDirty || header.IsControl)
                {
                    continue;
                }

                if (!keys.HasRoom(header.RecordCount))
                {
                    return (keys, header.BaseOffset);
                }

                ReadOnlySpan<byte> rest =
                    RecordCodec.TryOpen(header.Codec, batch[BatchHeader.Size..], Limits.MaxOpenedBytes) ?? [];
                while (StoredRecord.TryRead(ref rest, out StoredRecord record))
                {
                    if (record.HasKey)
                    {
                        keys.Add(record.Key, header.BaseOffset + record.OffsetDelta);
                    }
                }
            }
        }

        return (keys, plan.Segments[^1].EndOffset);
    }

    /// <summary>Neighbours that together are no longer than one segment may be become one.</summary>
    private static IEnumerable<Segment[]> Groups(Work plan, long mappedEnd)
    {
        List<Segment> group = [];
        long bytes = 0;
        foreach (Segment segment in plan.Segments.Where(s => s.BaseOffset < mappedEnd))
        {
            if (group.Count > 0 && bytes + segment.LengthBytes > plan.Settings.SegmentBytes)
            {
                yield return [.. group];
                group.Clear();
                bytes = 0;
            }

            group.Add(segment);
            bytes += segment.LengthBytes;
        }

        if (group.Count > 0)
        {
            yield return [.. group];
        }
    }

    /// <summary>(2) and (3) for one group: how many bytes it has now; null when it is gone meanwhile.</summary>
    private long? Clean(Segment[] group, BatchCleaner cleaner, CancellationToken cancellation)
    {
        Segment aside = Segment.Aside(_directory, group[0].BaseOffset);
        bool replaced = false;
        try
        {
            foreach (Segment segment in group)
            {
                SegmentBatches batches = new(segment);
                for (ReadOnlySpan<byte> batch = batches.Next(); !batch.IsEmpty; batch = batches.Next())
                {
                    cancellation.ThrowIfCancellationRequested();
                    ReadOnlySpan<byte> kept = cleaner.Clean(batch);
                    if (!kept.IsEmpty)
                    {
                        BatchHeader header = new(kept);
                        RandomAccess.Write(aside.Handle, kept, aside.LengthBytes);
                        aside.Added(header, header.BaseOffset);
                    }
                }
            }

            RandomAccess.FlushToDisk(aside.Handle);
            replaced = TryReplace(group, aside);
            return replaced ? aside.LengthBytes : null;
        }
        finally
        {
            if (!replaced)
            {
                File.Delete(aside.FilePath);
                aside.Dispose();
            }
        }
    }

    private bool TryReplace(Segment[] group, Segment aside)
    {
        lock (_gate)
        {
            int at = _segments.IndexOf(group[0]);
            if (_closed || at < 0 || !_segments.Skip(at).Take(group.Length).SequenceEqual(group))
            {
                return false;
            }

            byte[]? producers = IndexFile.TryReadProducers(_directory, group[^1].BaseOffset);
            aside.TakePlace();
            _segments.RemoveRange(at, group.Length);
            _segments.Insert(at, aside);
            group[0].Dispose();
            foreach (Segment merged in group.Skip(1))
            {
                merged.Delete();
            }

            if (producers is not null)
            {
                aside.WriteIndex(producers, onDisk: true);
            }

            // What memory holds of it is what was there before; the tail has no holes, so what is older goes too.
            while (_tail.Count > 0 && _tail[0].FirstOffset < group[^1].EndOffset)
            {
                Forget(_tail[0]);
                _tail.RemoveAt(0);
            }

            return true;
        }
    }

    /// <summary>(4) Everything before this offset has been compacted; behind it keys may repeat.</summary>
    private void RememberCompacted(long firstDirty, long nextHorizonMs)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _compaction = (firstDirty, nextHorizonMs);
                AtomicFile.Write(
                    Path.Combine(_directory, CompactionFile),
                    string.Create(CultureInfo.InvariantCulture, $"{firstDirty} {nextHorizonMs}"));
            }
        }
    }

    private (long FirstDirty, long NextHorizonMs) LoadCompacted()
    {
        string path = Path.Combine(_directory, CompactionFile);
        string[] parts = File.Exists(path) ? File.ReadAllText(path).Split(' ') : [];
        return parts.Length == 2
            && long.TryParse(parts[0], CultureInfo.InvariantCulture, out long firstDirty)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long horizon)
            ? (firstDirty, horizon)
            : (0, long.MaxValue);
    }

    private sealed record Work(Segment[] Segments, long FirstDirty, TopicSettings Settings, long NowMs);
}
