using System.Buffers;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>Reads batches from a segment's file, without the partition's lock: what it holds never changes.</summary>
internal static class SegmentReader
{
    /// <summary>
    /// The whole batches from the one that holds <paramref name="offset"/> on, up to <paramref name="maxBytes"/>, at
    /// least one when <paramref name="atLeastOne"/>; null when there is none. The caller releases what it gets.
    /// </summary>
    /// <param name="segment">The segment that holds the offset.</param>
    /// <param name="from">A batch's position at or before the wanted one.</param>
    /// <param name="end">Where the valid batches end.</param>
    public static FileBytes? Read(Segment segment, int from, int end, long offset, int maxBytes, bool atLeastOne)
    {
        int wanted = (int)Math.Min(end - from, (long)maxBytes + Limits.IndexIntervalBytes + BatchHeader.Size);
        FileBytes bytes = new(wanted);
        int start = -1;
        int position = 0;
        int taken = 0;
        int filled = ReadFully(segment, bytes.Buffer.AsSpan(0, wanted), from);
        while (position + BatchHeader.Size <= filled)
        {
            BatchHeader batch = new(bytes.Buffer.AsSpan(position));
            long total = batch.TotalBytes;
            if (start < 0 && batch.LastOffset >= offset)
            {
                start = position;
                if (position + total > filled && atLeastOne)
                {
                    // The first batch is larger than what was asked for: it alone is the answer (KIP-74).
                    bytes.Release();
                    return ReadExactly(segment, from + position, (int)total);
                }
            }

            if (start >= 0)
            {
                bool fits = position + total <= filled && position + total - start <= maxBytes;
                if (!fits && !(atLeastOne && taken == 0 && position + total <= filled))
                {
                    break;
                }

                taken = (int)(position + total - start);
            }

            if (position + total > filled && start < 0)
            {
                // A large batch lies before the wanted one: go on after it.
                from += (int)(position + total);
                bytes.Release();
                return from < end ? Read(segment, from, end, offset, maxBytes, atLeastOne) : null;
            }

            position += (int)total;
        }

        if (taken == 0)
        {
            bytes.Release();
            return null;
        }

        bytes.Segment = new ArraySegment<byte>(bytes.Buffer, start, taken);
        return bytes;
    }

    /// <summary>
    /// The first batch from a position on that has a timestamp of at least the given one: its base offset and the
    /// timestamp found. Finer than a batch would mean decompressing.
    /// </summary>
    public static (long Offset, long Timestamp)? FindTimestamp(Segment segment, int from, int end, long timestampMs)
    {
        Span<byte> header = stackalloc byte[BatchHeader.Size];
        while (from + BatchHeader.Size <= end && ReadFully(segment, header, from) == BatchHeader.Size)
        {
            BatchHeader batch = new(header);
            if (batch.MaxTimestamp >= timestampMs)
            {
                bool first = !batch.HasAppendTime && batch.BaseTimestamp >= timestampMs;
                return (batch.BaseOffset, first ? batch.BaseTimestamp : batch.MaxTimestamp);
            }

            from += (int)batch.TotalBytes;
        }

        return null;
    }

    private static FileBytes? ReadExactly(Segment segment, int position, int count)
    {
        FileBytes bytes = new(count);
        if (ReadFully(segment, bytes.Buffer.AsSpan(0, count), position) != count)
        {
            bytes.Release();
            return null;
        }

        bytes.Segment = new ArraySegment<byte>(bytes.Buffer, 0, count);
        return bytes;
    }

    private static int ReadFully(Segment segment, Span<byte> into, long position)
    {
        int filled = 0;
        while (filled < into.Length)
        {
            int read = RandomAccess.Read(segment.Handle, into[filled..], position + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}

/// <summary>Bytes read from a file into a pooled buffer, given back when the response is sent.</summary>
internal sealed class FileBytes : IReleasable
{
    public FileBytes(int leastBytes)
    {
        Buffer = ArrayPool<byte>.Shared.Rent(leastBytes);
    }

    public byte[] Buffer { get; }

    public ArraySegment<byte> Segment { get; set; }

    public void Release() => ArrayPool<byte>.Shared.Return(Buffer);
}
