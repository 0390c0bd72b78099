using System.Buffers.Binary;

namespace Mesh.Broker.Log.Compaction;

/// <summary>
/// Opens LZ4 frames (github.com/lz4/lz4, lz4_Frame_format.md and lz4_Block_format.md). Checksums inside are passed
/// over: the batch has its own.
/// </summary>
internal static class Lz4Frame
{
    private const uint Magic = 0x184D2204;
    private const uint StoredBit = 0x80000000;

    /// <summary>The contents; null when it is no such frame or has more than <paramref name="limit"/> bytes.</summary>
    public static byte[]? TryOpen(ReadOnlySpan<byte> frame, int limit)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
        {
            return null;
        }

        byte flags = frame[4];
        bool blockChecksums = (flags & 0x10) != 0;
        int blockBytes = 1 << (8 + (2 * ((frame[5] >> 4) & 7)));
        int at = 7 + ((flags & 0x08) != 0 ? 8 : 0) + ((flags & 0x01) != 0 ? 4 : 0);
        byte[] open = [];
        int filled = 0;
        while (true)
        {
            uint head = BinaryPrimitives.ReadUInt32LittleEndian(frame[at..]);
            at += 4;
            if (head == 0)
            {
                return open[..filled];
            }

            ReadOnlySpan<byte> block = frame.Slice(at, (int)(head & ~StoredBit));
            at += block.Length + (blockChecksums ? 4 : 0);
            if (filled > limit)
            {
                return null;
            }

            Array.Resize(ref open, Math.Max(open.Length, filled + blockBytes));
            if ((head & StoredBit) != 0)
            {
                block.CopyTo(open.AsSpan(filled));
                filled += block.Length;
            }
            else
            {
                filled = OpenBlock(block, open, filled);
            }
        }
    }

    /// <summary>Opens a block behind what is there, to which it may refer; where it then ends.</summary>
    private static int OpenBlock(ReadOnlySpan<byte> block, Span<byte> open, int filled)
    {
        const int LeastMatch = 4;
        int at = 0;
        while (true)
        {
            byte token = block[at++];
            int literals = Length(block, ref at, token >> 4);
            block.Slice(at, literals).CopyTo(open[filled..]);
            at += literals;
            filled += literals;
            if (at == block.Length)
            {
                return filled;
            }

            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            int size = Length(block, ref at, token & 15) + LeastMatch;
            RecordCodec.CopyBack(open, filled, distance, size);
            filled += size;
        }
    }

    private static int Length(ReadOnlySpan<byte> block, ref int at, int nibble)
    {
        int length = nibble;
        if (nibble == 15)
        {
            byte more;
            do
            {
                more = block[at++];
                length = checked(length + more);
            }
            while (more == 255);
        }

        return length;
    }
}
