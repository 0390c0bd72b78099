using System.Numerics;
using System.Runtime.InteropServices;

namespace Mesh.Remembered;

/// <summary>
/// Ids that are remembered for ever, numbered in the order in which they came: 16 bytes each and about 8 of index. They
/// lie in chunks of <see cref="ChunkIds"/>; a full chunk never changes again, so that it is saved once. Up to 16 ids are
/// compared one by one (a short stretch of memory beats a hash); more are found by an open-addressing table of their
/// numbers with linear probing, at most three quarters full.
/// </summary>
internal sealed class RememberedIds
{
    /// <summary>Ids of a chunk.</summary>
    public const int ChunkIds = 512;

    private const int RowMax = 16;
    private const int NoId = -1;

    private List<Guid[]>? full;
    private Guid[] open = [];
    private int[]? slots;

    /// <summary>How many ids.</summary>
    public int Count { get; private set; }

    /// <summary>How many chunks are full.</summary>
    public int FullChunks => full?.Count ?? 0;

    /// <summary>A chunk, in order; the one after the full ones holds the rest, and may be empty.</summary>
    public ReadOnlySpan<Guid> Chunk(int number) =>
        number < FullChunks ? full![number] : open.AsSpan(0, Count - (FullChunks * ChunkIds));

    /// <summary>Whether an id is there.</summary>
    public bool Contains(Guid id) => Find(id) >= 0;

    /// <summary>An id's number, from 0; negative: it is not there.</summary>
    public int Find(Guid id)
    {
        if (slots is null)
        {
            return open.AsSpan(0, Count).IndexOf(id);
        }

        return slots[SlotOf(id)] - 1;
    }

    /// <summary>Remembers an id under the next number; false: it is there already.</summary>
    public bool Add(Guid id)
    {
        if (Find(id) != NoId)
        {
            return false;
        }

        int at = Count % ChunkIds;
        if (at == open.Length)
        {
            Array.Resize(ref open, Math.Max(4, open.Length * 2));
        }

        open[at] = id;
        Count++;
        Index(id);
        if (at == ChunkIds - 1)
        {
            (full ??= []).Add(open);
            open = [];
        }

        return true;
    }

    private void Index(Guid id)
    {
        if (slots is not null && Count <= slots.Length / 4 * 3)
        {
            slots[SlotOf(id)] = Count;
        }
        else if (slots is not null || Count > RowMax)
        {
            slots = new int[(slots?.Length ?? RowMax) * 2];
            for (int number = 0; number < Count; number++)
            {
                slots[SlotOf(At(number))] = number + 1;
            }
        }
    }

    private Guid At(int number) =>
        number / ChunkIds < FullChunks ? full![number / ChunkIds][number % ChunkIds] : open[number % ChunkIds];

    // Where an id is, or the free slot where it belongs.
    private int SlotOf(Guid id)
    {
        int mask = slots!.Length - 1;
        int at = Hash(id) & mask;
        while (slots[at] != 0 && At(slots[at] - 1) != id)
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    // Ids may be made by counting, so every bit must reach the low ones.
    private static int Hash(Guid id)
    {
        ReadOnlySpan<ulong> halves = MemoryMarshal.Cast<Guid, ulong>(MemoryMarshal.CreateReadOnlySpan(ref id, 1));
        ulong other = BitOperations.RotateLeft(halves[1], 32) ^ 0xa0761d6478bd642f;
        ulong high = Math.BigMul(halves[0] ^ 0x9e3779b97f4a7c15, other, out ulong low);
        return (int)(((high ^ low) * 0xe7037ed1a0b428db) >> 33);
    }
}
