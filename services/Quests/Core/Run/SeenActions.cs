using System.Numerics;
using System.Runtime.InteropServices;

namespace Mesh.Quests.Core.Run;

/// <summary>
/// The action ids that a player's stream has answered in one game, with the hash of their contents: remembered for
/// ever, so 24 bytes each and little slack. Up to 16 lie in a row and are compared one by one (a short stretch of
/// memory beats a hash); more lie in an open-addressing table with linear probing, at most three quarters full.
/// </summary>
internal sealed class SeenActions
{
    private const int RowMax = 16;

    private Entry[] entries = [];
    private int stored;
    private bool nilSeen;
    private ulong nilContent;

    /// <summary>How many ids.</summary>
    public int Count => stored + (nilSeen ? 1 : 0);

    /// <summary>The contents that an id was seen with.</summary>
    public bool TryGet(Guid id, out ulong content)
    {
        // The nil UUID marks a free slot, so it is kept apart.
        if (id == Guid.Empty)
        {
            content = nilContent;
            return nilSeen;
        }

        if (entries.Length <= RowMax)
        {
            for (int i = 0; i < stored; i++)
            {
                if (entries[i].Id == id)
                {
                    content = entries[i].Content;
                    return true;
                }
            }

            content = 0;
            return false;
        }

        ref Entry slot = ref entries[SlotOf(entries, id)];
        content = slot.Content;
        return slot.Id == id;
    }

    /// <summary>Remembers an id. One that is there already keeps its contents.</summary>
    public void Add(Guid id, ulong content)
    {
        if (TryGet(id, out _))
        {
            return;
        }

        if (id == Guid.Empty)
        {
            nilSeen = true;
            nilContent = content;
            return;
        }

        Grow();
        int at = entries.Length <= RowMax ? stored : SlotOf(entries, id);
        entries[at] = new Entry(id, content);
        stored++;
    }

    private static int SlotOf(Entry[] table, Guid id)
    {
        int mask = table.Length - 1;
        int at = Hash(id) & mask;
        while (table[at].Id != Guid.Empty && table[at].Id != id)
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

    private void Grow()
    {
        if (entries.Length < RowMax && stored == entries.Length)
        {
            Array.Resize(ref entries, Math.Max(4, entries.Length * 2));
        }
        else if (entries.Length >= RowMax && stored >= (entries.Length == RowMax ? RowMax : entries.Length / 4 * 3))
        {
            var table = new Entry[entries.Length * 2];
            foreach (Entry entry in entries)
            {
                if (entry.Id != Guid.Empty)
                {
                    table[SlotOf(table, entry.Id)] = entry;
                }
            }

            entries = table;
        }
    }

    private readonly record struct Entry(Guid Id, ulong Content);
}
