using System.Buffers.Binary;
using Mesh.Partitions.Simulation.World;

namespace Mesh.Partitions.Simulation.Deciding;

/// <summary>A stream's state: its events' numbers, in order; saved in sealed parts of two and a head.</summary>
internal sealed class Tally
{
    private const int Sealed = 2;
    private int _savedParts;

    /// <summary>Id and part of each event, in order.</summary>
    public List<long> Done { get; } = [];

    public static long NumberOf(int id, byte part) => ((long)id << 8) | part;

    public bool Knows(int id) => Done.Contains(NumberOf(id, 0));

    public void Add(in Deed deed)
    {
        Violation.Unless(
            deed.Number == Done.Count + 1, "5 state",
            $"event {deed.Number} of stream {deed.Key} meets a state of {Done.Count}");
        Done.Add(NumberOf(deed.Id, deed.Part));
    }

    public void Save(IStateWriter to)
    {
        int parts = Done.Count / Sealed;
        byte[] head = new byte[4 + ((Done.Count % Sealed) * 8)];
        BinaryPrimitives.WriteInt32LittleEndian(head, Done.Count);
        Write(head.AsSpan(4), parts * Sealed, Done.Count % Sealed);
        to.Write(0, head);
        for (; _savedParts < parts; _savedParts++)
        {
            byte[] part = new byte[Sealed * 8];
            Write(part, _savedParts * Sealed, Sealed);
            to.Write(_savedParts + 1, part);
        }
    }

    /// <summary>How many sealed parts a head speaks of.</summary>
    public static int SealedOf(in StatePart head) => BinaryPrimitives.ReadInt32LittleEndian(head.Bytes) / Sealed;

    public static Tally Load(IReadOnlyList<StatePart> parts)
    {
        Tally tally = new();
        for (int i = 1; i < parts.Count; i++)
        {
            tally.Read(parts[i].Bytes);
        }

        tally._savedParts = parts.Count - 1;
        int count = BinaryPrimitives.ReadInt32LittleEndian(parts[0].Bytes);
        tally.Read(parts[0].Bytes.AsSpan(4));
        Violation.Unless(
            count == tally.Done.Count, "5 state", $"a saved state of {count} events has {tally.Done.Count} of them");
        return tally;
    }

    private void Write(Span<byte> to, int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to[(i * 8)..], Done[first + i]);
        }
    }

    private void Read(ReadOnlySpan<byte> from)
    {
        for (; from.Length > 0; from = from[8..])
        {
            Done.Add(BinaryPrimitives.ReadInt64LittleEndian(from));
        }
    }
}
