using System.Buffers;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>What came of a read: whole, sound batches; damage where they should begin; or neither.</summary>
/// <param name="Bytes">The batches, to be released; null when there are none.</param>
/// <param name="IsDamaged">What was asked for cannot be read: it does not have its checksum.</param>
/// <param name="Position">Where the damage is.</param>
internal readonly record struct ReadOutcome(FileBytes? Bytes, bool IsDamaged, long Position);

/// <summary>
/// Reads batches from a segment's file, without the partition's lock: what it holds never changes. Every batch that is
/// read is checked, each time: at several gigabytes a second that costs less than remembering what was checked.
/// </summary>
internal static class SegmentReader
{
    /// <summary>
    /// The whole batches from the one that holds <paramref name="offset"/> on, or the next where compaction took it, up
    /// to <paramref name="maxBytes"/>, at least one when <paramref name="atLeastOne"/>.
    /// </summary>
    /// <param name="segment">The segment that holds the offset.</param>
    /// <param name="from">A batch's place at or before the wanted one.</param>
    /// <param name="end">Where the batches end.</param>
    public static ReadOutcome Read(
        Segment segment, IndexEntry from, int end, long offset, int maxBytes, bool atLeastOne)
    {
        Walk walk = new(segment, end, offset, maxBytes, atLeastOne)
        {
            Position = from.Position, Expected = from.BaseOffset,
        };
        long usual = Math.Min((long)maxBytes + Limits.IndexIntervalBytes + BatchHeader.Size, int.MaxValue);
        long size = usual;
        while (walk.Position < end)
        {
            if (size > usual && size > Limits.ScanBytes && !new LogWindow(segment.Handle, end).HasBatch(walk.Position))
            {
                // A long batch is checked before it is given room: its length may be what is damaged.
                return new ReadOutcome(null, true, walk.Position);
            }

            int room = (int)Math.Min(end - walk.Position, size);
            FileBytes bytes = new(room);
            Step step = walk.Take(bytes, room);
            if (step == Step.Taken)
            {
                return new ReadOutcome(bytes, false, 0);
            }

            bytes.Release();
            if (step is Step.Nothing or Step.Damaged)
            {
                return new ReadOutcome(null, step == Step.Damaged, walk.Position);
            }

            size = Math.Max(walk.NeededBytes, usual);
        }

        return default;
    }

    /// <summary>Whether a header can be that of the batch here. What its checksum does not cover must fit.</summary>
    internal static bool IsPlausible(in BatchHeader batch, Segment segment, long expected, long room) =>
        batch.Magic == 2 && batch.TotalBytes >= BatchHeader.Size && batch.TotalBytes <= room
        && (segment.Compacted ? batch.BaseOffset >= expected : batch.BaseOffset == expected)
        && batch.LastOffsetDelta >= 0 && batch.LastOffset < segment.EndOffset;

    private enum Step
    {
        /// <summary>A batch that is wanted; of a whole buffer: it holds some.</summary>
        Taken,

        /// <summary>A batch before the wanted one.</summary>
        Skipped,

        /// <summary>Nothing is wanted, or nothing fits.</summary>
        Nothing,

        /// <summary>What was asked for is damaged.</summary>
        Damaged,

        /// <summary>Read on from the position reached, with so much room.</summary>
        More,
    }

    /// <summary>A way along batches, which may take several buffers until the wanted one is found.</summary>
    private sealed class Walk(Segment segment, int end, long offset, int maxBytes, bool atLeastOne)
    {
        private int _total;
        private long _expectedAfter;

        public required long Position { get; set; }

        /// <summary>The next batch's offset, or, in a compacted segment, the least that it can have.</summary>
        public required long Expected { get; set; }

        public long NeededBytes { get; private set; }

        public Step Take(FileBytes bytes, int size)
        {
            int filled = FileReading.Fill(segment.Handle, bytes.Buffer.AsSpan(0, size), Position);
            int at = 0;
            int start = 0;
            int taken = 0;
            while (Position < end)
            {
                Step step = Look(bytes.Buffer.AsSpan(at, filled - at), taken);
                if (step is not (Step.Taken or Step.Skipped))
                {
                    // A file that is shorter than it was will not give more.
                    step = step == Step.More && filled < size ? Step.Damaged : step;
                    return taken > 0 ? Give(bytes, start, taken) : step;
                }

                start = taken == 0 ? at : start;
                taken += step == Step.Taken ? _total : 0;
                at += _total;
                Position += _total;
                Expected = _expectedAfter;
            }

            return taken > 0 ? Give(bytes, start, taken) : Step.Nothing;
        }

        private static Step Give(FileBytes bytes, int start, int taken)
        {
            bytes.Segment = new ArraySegment<byte>(bytes.Buffer, start, taken);
            return Step.Taken;
        }

        private Step Look(ReadOnlySpan<byte> rest, int taken)
        {
            if (rest.Length < BatchHeader.Size)
            {
                return Need(BatchHeader.Size);
            }

            BatchHeader batch = new(rest);
            if (!IsPlausible(batch, segment, Expected, end - Position))
            {
                return Step.Damaged;
            }

            _total = (int)batch.TotalBytes;
            bool wanted = batch.LastOffset >= offset;
            if (wanted && _total > maxBytes - taken && !(taken == 0 && atLeastOne))
            {
                return Step.Nothing;
            }

            if (_total > rest.Length)
            {
                return Need(_total);
            }

            _expectedAfter = batch.LastOffset + 1;
            return batch.Crc != BatchHeader.ComputeCrc(rest[.._total]) ? PassDamage(rest)
                : wanted ? Step.Taken : Step.Skipped;
        }

        /// <summary>What lies behind a damaged batch can be read, if it is seen where that begins.</summary>
        private Step PassDamage(ReadOnlySpan<byte> rest)
        {
            if (Position + _total + BatchHeader.Size > end)
            {
                return Step.Damaged;
            }

            if (rest.Length < _total + BatchHeader.Size)
            {
                return Need(_total + BatchHeader.Size);
            }

            BatchHeader next = new(rest[_total..]);
            _expectedAfter = next.BaseOffset;
            return next.Magic == 2 && next.BaseOffset > Expected && next.BaseOffset <= offset
                ? Step.Skipped
                : Step.Damaged;
        }

        private Step Need(int bytes)
        {
            NeededBytes = bytes;
            return Step.More;
        }
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
