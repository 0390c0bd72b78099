using Mesh.Broker.Producers;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>
/// Reads a segment from its start, checks every batch's checksum and offset, and rebuilds what lives in memory: the
/// index, the timestamps and the producers. The first batch that does not hold ends the log.
/// </summary>
internal static class SegmentRecovery
{
    /// <summary>The offset after the last valid record, and how many bytes follow that are no valid batch.</summary>
    public readonly record struct Result(long EndOffset, long InvalidBytes);

    public static Result Recover(Segment segment, ProducerStates producers, long nowMs)
    {
        long length = RandomAccess.GetLength(segment.Handle);
        long position = 0;
        long expected = segment.BaseOffset;
        byte[] buffer = new byte[Math.Max(4096, Math.Min(length, Limits.RecoveryReadBytes))];
        int filled = 0;
        int used = 0;
        while (true)
        {
            if (filled - used < BatchHeader.Size || filled - used < new BatchHeader(buffer.AsSpan(used)).TotalBytes)
            {
                (buffer, filled) = Refill(segment, buffer, used, filled, position, length);
                used = 0;
            }

            ReadOnlySpan<byte> rest = buffer.AsSpan(used, filled - used);
            if (!IsValid(rest, expected))
            {
                return new Result(expected, length - position);
            }

            BatchHeader batch = new(rest);
            segment.Added(batch, batch.BaseOffset);
            producers.Record(batch, batch.BaseOffset, nowMs);
            expected = batch.LastOffset + 1;
            position += batch.TotalBytes;
            used += (int)batch.TotalBytes;
        }
    }

    private static bool IsValid(ReadOnlySpan<byte> rest, long expected)
    {
        if (rest.Length < BatchHeader.Size)
        {
            return false;
        }

        BatchHeader batch = new(rest);
        return batch.Magic == 2 && batch.TotalBytes >= BatchHeader.Size && batch.TotalBytes <= rest.Length
            && batch.BaseOffset >= expected && batch.LastOffsetDelta >= 0
            && batch.Crc == BatchHeader.ComputeCrc(rest[..(int)batch.TotalBytes]);
    }

    /// <summary>Moves what is unread to the front and fills up, into a larger buffer when one batch needs it.</summary>
    private static (byte[] Buffer, int Filled) Refill(
        Segment segment, byte[] buffer, int used, int filled, long position, long length)
    {
        int kept = filled - used;
        long needed = kept >= BatchHeader.Size ? new BatchHeader(buffer.AsSpan(used)).TotalBytes : BatchHeader.Size;

        // A length that reaches beyond the file is garbage; it must not make anyone allocate.
        needed = needed > length - position || needed < 0 ? BatchHeader.Size : needed;
        byte[] target = needed > buffer.Length ? new byte[needed] : buffer;
        Buffer.BlockCopy(buffer, used, target, 0, kept);
        int count = kept;
        while (count < target.Length)
        {
            int read = RandomAccess.Read(segment.Handle, target.AsSpan(count), position + count);
            if (read == 0)
            {
                break;
            }

            count += read;
        }

        return (target, count);
    }
}
