using Mesh.Broker.Log.Compaction;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>Finds the first record of a segment that is as new as a timestamp, without the partition's lock.</summary>
internal static class TimestampSearch
{
    /// <summary>
    /// The first record from a place on, and from <paramref name="start"/> on, with a timestamp of at least the given
    /// one: its offset and timestamp. Where a batch cannot be opened, its first offset. Null when there is none, or
    /// damage on the way.
    /// </summary>
    public static (long Offset, long Timestamp)? Find(
        Segment segment, IndexEntry from, int end, long timestampMs, long start)
    {
        LogWindow window = new(segment.Handle, end);
        long expected = from.BaseOffset;
        for (long position = from.Position; position < end;)
        {
            ReadOnlySpan<byte> head = window.At(position, BatchHeader.Size);
            if (head.Length < BatchHeader.Size
                || !SegmentReader.IsPlausible(new BatchHeader(head), segment, expected, end - position))
            {
                return null;
            }

            BatchHeader batch = new(head);
            int total = (int)batch.TotalBytes;
            expected = batch.LastOffset + 1;
            bool reaches = batch.MaxTimestamp >= timestampMs && batch.LastOffset >= start;
            if (reaches && FindIn(segment, position, total, timestampMs, start) is { } found)
            {
                return found;
            }

            position += total;
        }

        return null;
    }

    private static (long Offset, long Timestamp)? FindIn(
        Segment segment, long position, int total, long timestampMs, long start)
    {
        byte[] bytes = new byte[total];
        if (FileReading.Fill(segment.Handle, bytes, position) != total)
        {
            return null;
        }

        BatchHeader batch = new(bytes);
        if (batch.HasAppendTime)
        {
            // All its records have the time of their arrival.
            return (Math.Max(start, batch.BaseOffset), batch.MaxTimestamp);
        }

        ReadOnlySpan<byte> rest =
            RecordCodec.TryOpen(batch.Codec, bytes.AsSpan(BatchHeader.Size), Limits.MaxOpenedBytes);
        int seen = 0;
        while (StoredRecord.TryRead(ref rest, out StoredRecord record))
        {
            seen++;
            long offset = batch.BaseOffset + record.OffsetDelta;
            long timestamp = batch.BaseTimestamp + record.TimestampDelta;
            if (timestamp >= timestampMs && offset >= start)
            {
                return (offset, timestamp);
            }
        }

        return seen == batch.RecordCount ? null : (Math.Max(start, batch.BaseOffset), batch.MaxTimestamp);
    }
}
