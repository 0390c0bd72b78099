using Mesh.Broker.Producers;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>Bytes in the middle of a log that are no batch: what they held cannot be served any more.</summary>
/// <param name="Position">Where in the segment.</param>
/// <param name="Bytes">How many.</param>
/// <param name="FirstOffset">The first offset that they held.</param>
/// <param name="NextOffset">The first offset after them.</param>
internal readonly record struct Damage(long Position, long Bytes, long FirstOffset, long NextOffset);

/// <summary>
/// Reads what a segment's index does not cover, checks every batch's checksum and offset, and rebuilds what lives in
/// memory: the index, the timestamps and the producers. What is no batch at the end of the last segment was never
/// acknowledged, or is gone: it is cut. Anywhere else it is damage: it stays, and so does what follows. What the next
/// segment holds as well is cut too: compaction had made one of both, and was killed before it deleted the other.
/// </summary>
internal static class SegmentScan
{
    /// <summary>How many bytes at the end are no part of the log, and what is damaged before them.</summary>
    public readonly record struct Result(long InvalidBytes, IReadOnlyList<Damage> Damages);

    /// <param name="nextBase">The next segment's base offset; null for the last one.</param>
    /// <param name="producers">Who takes note of producers; null: they are known from elsewhere.</param>
    public static Result Run(Segment segment, long? nextBase, ProducerStates? producers, long nowMs)
    {
        LogWindow window = new(segment.Handle, Math.Min(int.MaxValue, RandomAccess.GetLength(segment.Handle)));
        List<Damage> damages = [];
        bool afterDamage = false;
        while (segment.LengthBytes < window.Length)
        {
            int position = segment.LengthBytes;
            long expected = segment.EndOffset;

            // The last segment was never compacted: its offsets have no holes, but for those that damage makes.
            bool exact = nextBase is null && !afterDamage;
            if (Follows(window, position, expected, nextBase, exact))
            {
                BatchHeader batch = new(window.At(position, BatchHeader.Size));
                segment.Added(batch, batch.BaseOffset, indexed: afterDamage);
                segment.Compacted |= batch.BaseOffset > expected && !afterDamage;
                producers?.Record(batch, batch.BaseOffset, nowMs);
                afterDamage = false;
                continue;
            }

            long next = FindBatch(window, position, expected, nextBase);
            bool ends = next < 0;
            bool overlaps = ends && window.HasBatch(position) && window.BaseOffsetAt(position) >= expected;
            if (ends && (nextBase is null || expected >= nextBase || overlaps))
            {
                return new Result(window.Length - position, damages);
            }

            next = ends ? window.Length : next;
            long nextOffset = ends ? nextBase!.Value : window.BaseOffsetAt(next);
            damages.Add(new Damage(position, next - position, expected, nextOffset));
            segment.AddedDamage((int)(next - position), nextOffset);
            afterDamage = true;
        }

        return new Result(0, damages);
    }

    /// <summary>Makes the index of a segment anew whose index file is lost.</summary>
    public static List<IndexEntry> IndexOf(Segment segment, int length)
    {
        LogWindow window = new(segment.Handle, length);
        List<IndexEntry> entries = [];
        long expected = segment.BaseOffset;
        long maxTimestamp = -1;
        int since = 0;
        for (long position = 0; position < length;)
        {
            if (!Follows(window, position, expected, segment.EndOffset, exact: false))
            {
                position = FindBatch(window, position, expected, segment.EndOffset);
                if (position < 0)
                {
                    break;
                }

                since = Limits.IndexIntervalBytes;
            }

            BatchHeader batch = new(window.At(position, BatchHeader.Size));
            if (entries.Count == 0 || since >= Limits.IndexIntervalBytes)
            {
                entries.Add(new IndexEntry(batch.BaseOffset, (int)position, maxTimestamp));
                since = 0;
            }

            maxTimestamp = Math.Max(maxTimestamp, batch.MaxTimestamp);
            expected = batch.LastOffset + 1;
            since += (int)batch.TotalBytes;
            position += batch.TotalBytes;
        }

        return entries;
    }

    /// <summary>The checksum does not cover the base offset: it must fit what is before and after it.</summary>
    private static bool Follows(LogWindow window, long position, long expected, long? limit, bool exact)
    {
        if (!window.HasBatch(position))
        {
            return false;
        }

        BatchHeader batch = new(window.At(position, BatchHeader.Size));
        long baseOffset = batch.BaseOffset;
        long lastOffset = batch.LastOffset;
        long next = position + batch.TotalBytes;
        if (baseOffset < expected || lastOffset >= limit || (exact && baseOffset > expected))
        {
            return false;
        }

        // Behind a hole that compaction has left the offsets go on; behind a damaged base offset they fall back.
        return baseOffset == expected || !window.HasBatch(next) || window.BaseOffsetAt(next) > lastOffset;
    }

    /// <summary>
    /// Where the next sound batch begins behind what is none; -1: nowhere. Most likely only its contents are damaged
    /// and its length is right; otherwise every place is tried at which the next could begin.
    /// </summary>
    private static long FindBatch(LogWindow window, long position, long expected, long? limit)
    {
        const int MagicAt = 16;
        ReadOnlySpan<byte> head = window.At(position, BatchHeader.Size);
        long claimed = head.Length < BatchHeader.Size ? 0 : new BatchHeader(head).TotalBytes;
        if (claimed >= BatchHeader.Size && CanFollow(window, position + claimed, expected, limit))
        {
            return position + claimed;
        }

        for (long at = position + 1; at + BatchHeader.Size <= window.Length;)
        {
            ReadOnlySpan<byte> rest = window.At(at, BatchHeader.Size);
            int found = rest[MagicAt..].IndexOf((byte)2);
            if (found < 0)
            {
                at += Math.Max(1, rest.Length - MagicAt);
                continue;
            }

            at += found;
            if (CanFollow(window, at, expected, limit))
            {
                return at;
            }

            at++;
        }

        return -1;
    }

    private static bool CanFollow(LogWindow window, long position, long expected, long? limit)
    {
        ReadOnlySpan<byte> head = window.At(position, BatchHeader.Size);
        if (head.Length < BatchHeader.Size)
        {
            return false;
        }

        // Cheap first: almost no place passes, and few that do have the checksum of what follows.
        long baseOffset = new BatchHeader(head).BaseOffset;
        return baseOffset >= expected && baseOffset - expected <= int.MaxValue
            && Follows(window, position, expected, limit, exact: false);
    }
}
