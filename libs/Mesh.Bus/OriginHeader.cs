namespace Mesh.Bus;

/// <summary>
/// The header of a relayed record, in protobuf's wire format and written by hand, so that a reader can tell a repeat or
/// a gap without a parser and without an allocation. Compatible with these messages: <c>Origin { bytes store = 1;
/// uint32 partition = 2; uint64 position = 3; uint64 previous = 4; Root root = 5; }</c> and <c>Root { bytes action_id =
/// 1; uint32 lane = 2; uint32 partition = 3; uint64 offset = 4; int64 received_us = 5; }</c>. Ids are UUIDs of 16 bytes
/// in network order; what equals its default is left out; unknown fields are skipped.
/// See https://protobuf.dev/programming-guides/encoding/.
/// </summary>
public static class OriginHeader
{
    /// <summary>The header's name.</summary>
    public const string Name = "mesh-origin";

    // Root: 18 of id, 6 + 6 of uint32, 11 + 11 of 64-bit fields. Origin: 18, 6, 11, 11, and 2 before a Root.
    private const int MaxRootBytes = 52;
    private const int MaxOriginBytes = 48 + MaxRootBytes;
    private const int GuidBytes = 16;

    /// <summary>Writes an origin.</summary>
    public static byte[] Encode(in RecordOrigin origin)
    {
        Span<byte> root = stackalloc byte[MaxRootBytes];
        int length = origin.Root == default ? 0 : WriteRoot(root, origin.Root);
        return Encode(origin.Store, origin.Partition, origin.Position, origin.Previous, root[..length]);
    }

    /// <summary>
    /// Writes an origin whose root is written already, by <see cref="EncodeRoot"/>; empty: it has none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The root is longer than a root can be.</exception>
    public static byte[] Encode(Guid store, int partition, ulong position, ulong previous, ReadOnlySpan<byte> root)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(root.Length, MaxRootBytes);
        Span<byte> buffer = stackalloc byte[MaxOriginBytes];
        int at = WriteGuid(buffer, 0, 1, store);
        at = WriteNumber(buffer, at, 2, (uint)partition);
        at = WriteNumber(buffer, at, 3, position);
        at = WriteNumber(buffer, at, 4, previous);
        if (root.Length > 0)
        {
            buffer[at++] = (5 << 3) | 2;
            buffer[at++] = (byte)root.Length;
            root.CopyTo(buffer[at..]);
            at += root.Length;
        }

        return buffer[..at].ToArray();
    }

    /// <summary>Writes a root alone.</summary>
    public static byte[] EncodeRoot(in RecordRoot root)
    {
        Span<byte> buffer = stackalloc byte[MaxRootBytes];
        return buffer[..WriteRoot(buffer, root)].ToArray();
    }

    /// <summary>Reads an origin. False: the bytes are not one.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RecordOrigin origin)
    {
        origin = default;
        Guid store = default;
        ulong partition = 0, position = 0, previous = 0;
        RecordRoot root = default;
        while (bytes.Length > 0)
        {
            if (!TryReadNumber(ref bytes, out ulong tag))
            {
                return false;
            }

            bool read = tag switch
            {
                (1 << 3) | 2 => TryReadGuid(ref bytes, out store),
                2 << 3 => TryReadNumber(ref bytes, out partition),
                3 << 3 => TryReadNumber(ref bytes, out position),
                4 << 3 => TryReadNumber(ref bytes, out previous),
                (5 << 3) | 2 => TryReadBytes(ref bytes, out ReadOnlySpan<byte> inner) && TryReadRoot(inner, ref root),
                _ => TrySkip(ref bytes, tag),
            };
            if (!read)
            {
                return false;
            }
        }

        origin = new RecordOrigin(store, (int)(uint)partition, position, previous, root);
        return true;
    }

    /// <summary>Reads a root alone. False: the bytes are not one.</summary>
    public static bool TryDecodeRoot(ReadOnlySpan<byte> bytes, out RecordRoot root)
    {
        root = default;
        return TryReadRoot(bytes, ref root);
    }

    // Fields given earlier stay, as protobuf merges an embedded message that occurs twice.
    private static bool TryReadRoot(ReadOnlySpan<byte> bytes, ref RecordRoot root)
    {
        Guid actionId = root.ActionId;
        ulong lane = (uint)root.Lane, partition = (uint)root.Partition;
        ulong offset = (ulong)root.Offset, receivedUs = (ulong)root.ReceivedUs;
        while (bytes.Length > 0)
        {
            if (!TryReadNumber(ref bytes, out ulong tag))
            {
                return false;
            }

            bool read = tag switch
            {
                (1 << 3) | 2 => TryReadGuid(ref bytes, out actionId),
                2 << 3 => TryReadNumber(ref bytes, out lane),
                3 << 3 => TryReadNumber(ref bytes, out partition),
                4 << 3 => TryReadNumber(ref bytes, out offset),
                5 << 3 => TryReadNumber(ref bytes, out receivedUs),
                _ => TrySkip(ref bytes, tag),
            };
            if (!read)
            {
                return false;
            }
        }

        root = new RecordRoot(actionId, (int)(uint)lane, (int)(uint)partition, (long)offset, (long)receivedUs);
        return true;
    }

    private static int WriteRoot(Span<byte> buffer, in RecordRoot root)
    {
        int at = WriteGuid(buffer, 0, 1, root.ActionId);
        at = WriteNumber(buffer, at, 2, (uint)root.Lane);
        at = WriteNumber(buffer, at, 3, (uint)root.Partition);
        at = WriteNumber(buffer, at, 4, (ulong)root.Offset);
        return WriteNumber(buffer, at, 5, (ulong)root.ReceivedUs);
    }

    private static int WriteGuid(Span<byte> buffer, int at, int field, Guid id)
    {
        if (id == Guid.Empty)
        {
            return at;
        }

        buffer[at] = (byte)((field << 3) | 2);
        buffer[at + 1] = GuidBytes;
        id.TryWriteBytes(buffer[(at + 2)..], bigEndian: true, out _);
        return at + 2 + GuidBytes;
    }

    private static int WriteNumber(Span<byte> buffer, int at, int field, ulong value)
    {
        if (value == 0)
        {
            return at;
        }

        buffer[at++] = (byte)(field << 3);
        for (; value >= 0x80; value >>= 7)
        {
            buffer[at++] = (byte)(value | 0x80);
        }

        buffer[at++] = (byte)value;
        return at;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static bool TryReadGuid(ref ReadOnlySpan<byte> bytes, out Guid id)
    {
        id = default;
        if (!TryReadBytes(ref bytes, out ReadOnlySpan<byte> content) || content.Length is not (0 or GuidBytes))
        {
            return false;
        }

        id = content.Length == 0 ? Guid.Empty : new Guid(content, bigEndian: true);
        return true;
    }

    private static bool TryReadBytes(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!TryReadNumber(ref bytes, out ulong length) || length > (ulong)bytes.Length)
        {
            return false;
        }

        content = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return true;
    }

    // Groups (wire types 3 and 4) are not part of proto3 and are refused.
    private static bool TrySkip(ref ReadOnlySpan<byte> bytes, ulong tag)
    {
        int width = (int)(tag & 7) switch { 1 => sizeof(ulong), 5 => sizeof(uint), _ => 0 };
        if (tag >> 3 == 0 || width > bytes.Length)
        {
            return false;
        }

        bytes = bytes[width..];
        return (tag & 7) switch
        {
            0 => TryReadNumber(ref bytes, out _),
            2 => TryReadBytes(ref bytes, out _),
            1 or 5 => true,
            _ => false,
        };
    }
}
