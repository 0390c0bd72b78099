using System.Numerics;
using System.Runtime.InteropServices;

namespace Mesh.Sessions.Core.Windows;

/// <summary>
/// The action ids that a player's sessions in one game have counted: remembered for ever, so 16 bytes each and little
/// slack. Up to 16 lie in a row and are compared one by one; more lie in an open-addressing table with linear probing,
/// at most three quarters full.
/// </summary>
internal sealed class ActionIds
{
    private const int RowMax = 16;

    private Guid[] ids = [];
    private int stored;

    // The nil UUID marks a free slot, so it is kept apart.
    private bool nil;

    /// <summary>How many ids.</summary>
    public int Count => stored + (nil ? 1 : 0);

    /// <summary>Whether an id is there.</summary>
    public bool Contains(Guid id)
    {
        if (id == Guid.Empty)
        {
            return nil;
        }

        return ids.Length <= RowMax ? ids.AsSpan(0, stored).Contains(id) : ids[SlotOf(ids, id)] == id;
    }

    /// <summary>Remembers an id.</summary>
    public void Add(Guid id)
    {
        if (Contains(id))
        {
            return;
        }

        if (id == Guid.Empty)
        {
            nil = true;
            return;
        }

        Grow();
        ids[ids.Length <= RowMax ? stored : SlotOf(ids, id)] = id;
        stored++;
    }

    private static int SlotOf(Guid[] table, Guid id)
    {
        int mask = table.Length - 1;
        int at = Hash(id) & mask;
        while (table[at] != Guid.Empty && table[at] != id)
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
        if (ids.Length < RowMax && stored == ids.Length)
        {
            Array.Resize(ref ids, Math.Max(4, ids.Length * 2));
        }
        else if (ids.Length >= RowMax && stored >= (ids.Length == RowMax ? RowMax : ids.Length / 4 * 3))
        {
            var table = new Guid[ids.Length * 2];
            foreach (Guid id in ids)
            {
                if (id != Guid.Empty)
                {
                    table[SlotOf(table, id)] = id;
                }
            }

            ids = table;
        }
    }
}
