using System.Buffers.Binary;

namespace Mesh.Partitions.Simulation.Deciding;

/// <summary>What a client asks for, and the event that says that it was done: a few bytes.</summary>
/// <param name="Key">Whose; its number says in which partition.</param>
/// <param name="Id">The action's id.</param>
/// <param name="Part">Which of the action's events; 0 in an action.</param>
/// <param name="Kind">What it decides.</param>
/// <param name="Number">The event's number in its stream, from 1, as the decider counted.</param>
internal readonly record struct Deed(byte Key, int Id, byte Part, DeedKind Kind, int Number)
{
    public const string Type = "done.v1";
    private const int Bytes = 11;

    public byte[] Encode()
    {
        byte[] bytes = new byte[Bytes];
        bytes[0] = Key;
        bytes[1] = Part;
        bytes[2] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(3), Id);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(7), Number);
        return bytes;
    }

    public static Deed Decode(ReadOnlySpan<byte> bytes) => new(
        bytes[0],
        BinaryPrimitives.ReadInt32LittleEndian(bytes[3..]),
        bytes[1],
        (DeedKind)bytes[2],
        BinaryPrimitives.ReadInt32LittleEndian(bytes[7..]));
}

/// <summary>What an action decides.</summary>
internal enum DeedKind : byte
{
    /// <summary>One event, to the partition of the same number.</summary>
    Passed,

    /// <summary>One event, to the other partition.</summary>
    Crossed,

    /// <summary>One event that goes nowhere.</summary>
    Kept,

    /// <summary>Two events: one to each partition.</summary>
    Doubled,

    /// <summary>One event, once something outside has happened.</summary>
    Delayed,
}
