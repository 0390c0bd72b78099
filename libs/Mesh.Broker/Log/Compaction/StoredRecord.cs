using Mesh.Broker.Wire;

namespace Mesh.Broker.Log.Compaction;

/// <summary>One record of a batch, where it lies (KIP-98: message format 2).</summary>
internal readonly ref struct StoredRecord
{
    private StoredRecord(
        ReadOnlySpan<byte> raw, byte attributes, long timestampDelta, int offsetDelta, ReadOnlySpan<byte> content)
    {
        Raw = raw;
        Attributes = attributes;
        TimestampDelta = timestampDelta;
        OffsetDelta = offsetDelta;
        Content = content;
    }

    /// <summary>The record, its length included.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    public byte Attributes { get; }

    public long TimestampDelta { get; }

    public int OffsetDelta { get; }

    /// <summary>From the key's length on: what does not depend on where the record stands.</summary>
    public ReadOnlySpan<byte> Content { get; }

    public bool HasKey { get; private init; }

    public ReadOnlySpan<byte> Key { get; private init; }

    /// <summary>Whether it says that its key is gone.</summary>
    public bool IsTombstone { get; private init; }

    /// <summary>Takes a record off the front; false when there is none that is sound.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> from, out StoredRecord record)
    {
        record = default;
        ReadOnlySpan<byte> rest = from;
        if (!ZigZag.TryRead(ref rest, out long length) || length < 1 || length > rest.Length)
        {
            return false;
        }

        int total = from.Length - rest.Length + (int)length;
        rest = rest[..(int)length];
        byte attributes = rest[0];
        rest = rest[1..];
        if (!ZigZag.TryRead(ref rest, out long timestampDelta) || !ZigZag.TryRead(ref rest, out long offsetDelta)
            || offsetDelta is < 0 or > int.MaxValue)
        {
            return false;
        }

        ReadOnlySpan<byte> content = rest;
        if (!ZigZag.TryRead(ref rest, out long keyLength) || keyLength > rest.Length || keyLength < -1)
        {
            return false;
        }

        ReadOnlySpan<byte> key = rest[..(int)Math.Max(0, keyLength)];
        rest = rest[key.Length..];
        if (!ZigZag.TryRead(ref rest, out long valueLength) || valueLength > rest.Length)
        {
            return false;
        }

        record = new StoredRecord(from[..total], attributes, timestampDelta, (int)offsetDelta, content)
        {
            HasKey = keyLength >= 0, Key = key, IsTombstone = valueLength < 0,
        };
        from = from[total..];
        return true;
    }
}
