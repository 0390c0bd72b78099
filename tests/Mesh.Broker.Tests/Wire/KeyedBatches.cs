using System.Buffers.Binary;
using System.Text;
using Mesh.Broker.Log.Compaction;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Wire;

/// <summary>A record as tests see it; a null value is a tombstone.</summary>
internal sealed record Keyed(string? Key, string? Value, long Timestamp = 1000, long Offset = -1)
{
    public override string ToString() => $"{Offset}: {Key} = {Value?[..Math.Min(10, Value.Length)]}";
}

/// <summary>Batches of real records, made and taken apart by hand.</summary>
internal static class KeyedBatches
{
    public static byte[] Make(IReadOnlyList<Keyed> records, bool gzip = false, short attributes = 0)
    {
        List<byte> content = [];
        for (int i = 0; i < records.Count; i++)
        {
            List<byte> record = [0];
            Add(record, records[i].Timestamp - records[0].Timestamp);
            Add(record, i);
            Add(record, records[i].Key);
            Add(record, records[i].Value);
            Add(record, 0);
            Add(content, record.Count);
            content.AddRange(record);
        }

        byte[] closed = gzip ? RecordCodec.CloseWithGzip([.. content]) : [.. content];
        byte[] batch = Batches.Make(records.Count, payload: closed.Length, timestamp: records[0].Timestamp);
        closed.CopyTo(batch, BatchHeader.Size);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), (short)(attributes + (gzip ? 1 : 0)));
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), records.Max(r => r.Timestamp));
        return Batches.Seal(batch);
    }

    public static IEnumerable<Keyed> Open(byte[] bytes)
    {
        List<Keyed> records = [];
        for (int at = 0; at < bytes.Length;)
        {
            BatchHeader batch = new(bytes.AsSpan(at));
            int total = (int)batch.TotalBytes;
            ReadOnlySpan<byte> closed = bytes.AsSpan(at, total)[BatchHeader.Size..];
            ReadOnlySpan<byte> rest = RecordCodec.TryOpen(batch.Codec, closed, 1 << 20);
            while (StoredRecord.TryRead(ref rest, out StoredRecord record))
            {
                ReadOnlySpan<byte> content = record.Content;
                ZigZag.TryRead(ref content, out long keyBytes);
                content = content[(int)keyBytes..];
                ZigZag.TryRead(ref content, out long valueBytes);
                records.Add(new Keyed(
                    Encoding.UTF8.GetString(record.Key),
                    valueBytes < 0 ? null : Encoding.UTF8.GetString(content[..(int)valueBytes]),
                    batch.BaseTimestamp + record.TimestampDelta,
                    batch.BaseOffset + record.OffsetDelta));
            }

            at += total;
        }

        return records;
    }

    /// <summary>Where a consumer goes on after these batches: records at their end may be compacted away.</summary>
    public static long EndOffset(byte[] bytes)
    {
        long end = -1;
        for (int at = 0; at < bytes.Length; at += (int)new BatchHeader(bytes.AsSpan(at)).TotalBytes)
        {
            end = new BatchHeader(bytes.AsSpan(at)).LastOffset + 1;
        }

        return end;
    }

    private static void Add(List<byte> to, string? text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text ?? "");
        Add(to, text is null ? -1 : bytes.Length);
        to.AddRange(bytes);
    }

    private static void Add(List<byte> to, long number)
    {
        Span<byte> bytes = stackalloc byte[ZigZag.MaxBytes];
        to.AddRange(bytes[..ZigZag.Write(bytes, number)]);
    }
}
