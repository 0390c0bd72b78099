using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Broker.Log.Compaction;

/// <summary>
/// Opens a batch's records: plain, gzip, snappy (a bare block or in snappy-java's frames) and lz4 (in its frames). What
/// had to be changed is closed again with gzip, which every client can open. zstd is not opened: the framework has no
/// decoder, and one is long; such batches are kept whole.
/// </summary>
internal static class RecordCodec
{
    public const int None = 0;
    public const int Gzip = 1;
    public const int Snappy = 2;
    public const int Lz4 = 3;

    /// <summary>How a stream of snappy-java begins: 0x82, SNAPPY, 0.</summary>
    private static ReadOnlySpan<byte> SnappyJava => [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0];

    /// <summary>Whether a batch with this codec can be opened at all.</summary>
    public static bool IsKnown(int codec) => codec is >= None and <= Lz4;

    /// <summary>Opens records; null when they cannot be, or take more than <paramref name="limit"/> bytes.</summary>
    public static byte[]? TryOpen(int codec, ReadOnlySpan<byte> closed, int limit)
    {
        try
        {
            return codec switch
            {
                None => closed.ToArray(),
                Gzip => Ungzip(closed, limit),
                Snappy => closed.StartsWith(SnappyJava) ? UnsnapFrames(closed, limit) : Unsnap(closed, limit),
                Lz4 => Lz4Frame.TryOpen(closed, limit),
                _ => null,
            };
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException
            or OverflowException)
        {
            return null;
        }
    }

    public static byte[] CloseWithGzip(ReadOnlySpan<byte> records)
    {
        using MemoryStream closed = new();
        using (GZipStream gzip = new(closed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(records);
        }

        return closed.ToArray();
    }

    private static byte[]? Ungzip(ReadOnlySpan<byte> closed, int limit)
    {
        using GZipStream gzip = new(new MemoryStream(closed.ToArray()), CompressionMode.Decompress);
        using MemoryStream open = new();
        byte[] buffer = new byte[16 * 1024];
        for (int read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
        {
            if (open.Length + read > limit)
            {
                return null;
            }

            open.Write(buffer, 0, read);
        }

        return open.ToArray();
    }

    /// <summary>snappy-java's stream: magic, two versions, then blocks with their length in front.</summary>
    private static byte[]? UnsnapFrames(ReadOnlySpan<byte> closed, int limit)
    {
        using MemoryStream open = new();
        for (ReadOnlySpan<byte> rest = closed[16..]; !rest.IsEmpty;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            if (Unsnap(rest.Slice(4, length), limit - (int)open.Length) is not { } block)
            {
                return null;
            }

            open.Write(block);
            rest = rest[(4 + length)..];
        }

        return open.ToArray();
    }

    /// <summary>
    /// One snappy block: its opened length, then literals and copies of what came before
    /// (github.com/google/snappy, format_description.txt).
    /// </summary>
    private static byte[]? Unsnap(ReadOnlySpan<byte> block, int limit)
    {
        uint length = 0;
        int at = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = block[at++];
            length |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                break;
            }
        }

        if (length > limit)
        {
            return null;
        }

        byte[] open = new byte[length];
        int filled = 0;
        while (at < block.Length)
        {
            byte tag = block[at++];
            int kind = tag & 3;
            int size = (tag >> 2) + 1;
            if (kind == 0)
            {
                int more = Math.Max(0, size - 60);
                size = more == 0 ? size : LittleEndian(block.Slice(at, more)) + 1;
                at += more;
                block.Slice(at, size).CopyTo(open.AsSpan(filled));
                at += size;
            }
            else
            {
                int bytes = kind == 3 ? 4 : kind;
                int distance = LittleEndian(block.Slice(at, bytes));
                at += bytes;
                if (kind == 1)
                {
                    distance |= (tag >> 5) << 8;
                    size = ((tag >> 2) & 7) + 4;
                }

                CopyBack(open, filled, distance, size);
            }

            filled += size;
        }

        return filled == open.Length ? open : null;
    }

    /// <summary>Repeats what lies so far back; it may run into what it writes.</summary>
    internal static void CopyBack(Span<byte> open, int filled, int distance, int size)
    {
        if (distance <= 0 || distance > filled || size > open.Length - filled)
        {
            throw new InvalidDataException("A copy points outside of what is there.");
        }

        for (int i = 0; i < size; i++)
        {
            open[filled + i] = open[filled + i - distance];
        }
    }

    private static int LittleEndian(ReadOnlySpan<byte> bytes)
    {
        int value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }
}
