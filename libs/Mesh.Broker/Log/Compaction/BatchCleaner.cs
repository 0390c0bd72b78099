using Mesh.Broker.Wire;

namespace Mesh.Broker.Log.Compaction;

/// <summary>
/// Decides record by record what stays, and makes the batch of it. A record stays when its key does not come again; a
/// tombstone until a while after it was first seen here, so that readers who began before learn of it (KIP-534). A
/// batch that cannot be opened stays whole, and so does one of control records: what they mark is not ours to judge.
/// </summary>
/// <param name="keys">The keys of the part that was not compacted yet.</param>
/// <param name="mappedEnd">The offset up to which <paramref name="keys"/> goes; what lies behind stays.</param>
/// <param name="nowMs">Now.</param>
/// <param name="tombstoneMs">How long a tombstone stays.</param>
/// <param name="keepTombstones">Whether they never go: what they deleted may be where keys cannot be read.</param>
internal sealed class BatchCleaner(
    KeyOffsets keys, long mappedEnd, long nowMs, long tombstoneMs, bool keepTombstones)
{
    private byte[] _made = [];

    /// <summary>When the first tombstone that stayed may go.</summary>
    public long NextHorizonMs { get; private set; } = long.MaxValue;

    /// <summary>What stays of a batch; empty when nothing does. Good until the next call.</summary>
    public ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> batch)
    {
        BatchHeader header = new(batch);
        if (header.IsControl || header.BaseOffset >= mappedEnd
            || RecordCodec.TryOpen(header.Codec, batch[BatchHeader.Size..], Limits.MaxOpenedBytes) is not { } opened)
        {
            return batch;
        }

        long horizon = header.HasDeleteHorizon ? header.BaseTimestamp : -1;
        bool expired = horizon >= 0 && nowMs >= horizon && !keepTombstones;
        int kept = 0;
        bool hasTombstone = false;
        ReadOnlySpan<byte> rest = opened;
        for (int i = 0; i < header.RecordCount; i++)
        {
            if (!StoredRecord.TryRead(ref rest, out StoredRecord record))
            {
                return batch;
            }

            bool stays = Stays(header, record, expired);
            kept += stays ? 1 : 0;
            hasTombstone |= stays && record.IsTombstone;
        }

        bool setsHorizon = hasTombstone && horizon < 0;
        horizon = setsHorizon ? nowMs + tombstoneMs : horizon;
        if (hasTombstone && !keepTombstones)
        {
            NextHorizonMs = Math.Min(NextHorizonMs, horizon);
        }

        return kept == 0 ? default
            : kept == header.RecordCount && !setsHorizon ? batch
            : Remake(batch, opened, kept, expired, horizon);
    }

    private bool Stays(in BatchHeader header, in StoredRecord record, bool tombstonesExpired)
    {
        long offset = header.BaseOffset + record.OffsetDelta;
        return offset >= mappedEnd
            || (record.HasKey && !keys.ComesAgain(record.Key, offset) && !(record.IsTombstone && tombstonesExpired));
    }

    private ReadOnlySpan<byte> Remake(
        ReadOnlySpan<byte> batch, ReadOnlySpan<byte> opened, int kept, bool expired, long horizon)
    {
        BatchHeader header = new(batch);
        long baseTimestamp = horizon >= 0 ? horizon : header.BaseTimestamp;
        long maxTimestamp = -1;

        // Deltas count from another base now, and a length may take more bytes: room for the most that can be.
        byte[] records = new byte[opened.Length + (kept * 2 * ZigZag.MaxBytes)];
        int length = 0;
        for (ReadOnlySpan<byte> rest = opened; StoredRecord.TryRead(ref rest, out StoredRecord record);)
        {
            if (Stays(header, record, expired))
            {
                long timestamp = header.BaseTimestamp + record.TimestampDelta;
                maxTimestamp = Math.Max(maxTimestamp, timestamp);
                length += Write(records.AsSpan(length), record, timestamp - baseTimestamp);
            }
        }

        ReadOnlySpan<byte> closed = header.Codec == RecordCodec.None
            ? records.AsSpan(0, length)
            : RecordCodec.CloseWithGzip(records.AsSpan(0, length));
        int total = BatchHeader.Size + closed.Length;
        _made = _made.Length >= total ? _made : new byte[total];
        Span<byte> made = _made.AsSpan(0, total);
        closed.CopyTo(made[BatchHeader.Size..]);
        BatchHeader.Remake(
            made,
            batch,
            header.Codec == RecordCodec.None ? RecordCodec.None : RecordCodec.Gzip,
            baseTimestamp,
            isHorizon: horizon >= 0,
            header.HasAppendTime ? header.MaxTimestamp : maxTimestamp,
            kept);
        return made;
    }

    private static int Write(Span<byte> to, in StoredRecord record, long timestampDelta)
    {
        Span<byte> head = stackalloc byte[1 + (2 * ZigZag.MaxBytes)];
        head[0] = record.Attributes;
        int used = 1;
        used += ZigZag.Write(head[used..], timestampDelta);
        used += ZigZag.Write(head[used..], record.OffsetDelta);
        int prefix = ZigZag.Write(to, used + record.Content.Length);
        head[..used].CopyTo(to[prefix..]);
        record.Content.CopyTo(to[(prefix + used)..]);
        return prefix + used + record.Content.Length;
    }
}
