using System.Buffers;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>
/// A stretch of a partition's newest batches, in memory, in order and without gaps. Appended to under the partition's
/// lock; what is lent to responses stays until they are sent, because the chunk counts who holds it.
/// </summary>
internal sealed class TailChunk : IReleasable
{
    private readonly byte[] _bytes;
    private readonly List<Entry> _entries = [];
    private int _holders = 1;

    public TailChunk(int leastBytes, long firstOffset)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(leastBytes, Limits.TailChunkBytes));
        FirstOffset = firstOffset;
        EndOffset = firstOffset;
    }

    public long FirstOffset { get; }

    /// <summary>The offset after the last record held.</summary>
    public long EndOffset { get; private set; }

    public int CapacityBytes => _bytes.Length;

    private int UsedBytes => _entries.Count == 0 ? 0 : _entries[^1].EndPosition;

    public bool TryAppend(ReadOnlySpan<byte> batch, long endOffset)
    {
        int used = UsedBytes;
        if (_bytes.Length - used < batch.Length)
        {
            return false;
        }

        batch.CopyTo(_bytes.AsSpan(used));
        _entries.Add(new Entry(endOffset, used + batch.Length));
        EndOffset = endOffset;
        return true;
    }

    /// <summary>
    /// The whole batches from the one that holds <paramref name="offset"/> on, up to <paramref name="maxBytes"/>; at
    /// least one when <paramref name="atLeastOne"/>.
    /// </summary>
    public ArraySegment<byte> From(long offset, int maxBytes, bool atLeastOne)
    {
        int first = FirstEntryEndingAfter(offset);
        int start = first == 0 ? 0 : _entries[first - 1].EndPosition;
        if (UsedBytes - start <= maxBytes)
        {
            return new ArraySegment<byte>(_bytes, start, UsedBytes - start);
        }

        int end = start;
        for (int i = first; i < _entries.Count; i++)
        {
            bool fits = _entries[i].EndPosition - start <= maxBytes;
            if (!fits && !(atLeastOne && i == first))
            {
                break;
            }

            end = _entries[i].EndPosition;
        }

        return new ArraySegment<byte>(_bytes, start, end - start);
    }

    /// <summary>Whether a range taken from here reaches to the last batch held.</summary>
    public bool IsEnd(ArraySegment<byte> range) => range.Offset + range.Count == UsedBytes;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }

    private int FirstEntryEndingAfter(long offset)
    {
        int low = 0;
        int high = _entries.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].EndOffset > offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private readonly record struct Entry(long EndOffset, int EndPosition);
}
