using System.Buffers.Binary;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>Action ids of one crowd, by number: what is found in a topic tells whose it was.</summary>
/// <param name="name">Eight letters.</param>
internal sealed class Mark(ReadOnlySpan<byte> name)
{
    private readonly byte[] _name = name.ToArray();

    /// <summary>Clients that come back.</summary>
    internal static Mark Crowd { get; } = new("mesh-crd"u8);

    /// <summary>Clients that came before, for the code's sake.</summary>
    internal static Mark WarmUp { get; } = new("mesh-wrm"u8);

    /// <summary>A tenant that sends too much.</summary>
    internal static Mark Flood { get; } = new("mesh-fld"u8);

    internal string IdOf(int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        _name.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (ulong)number);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>Whether a record holds an id of this crowd, and which.</summary>
    internal bool TryFind(ReadOnlySpan<byte> record, out int number)
    {
        int at = record.IndexOf(_name);
        number = at >= 0 && record.Length >= at + 16
            ? (int)BinaryPrimitives.ReadUInt64BigEndian(record[(at + 8)..])
            : -1;
        return number >= 0;
    }
}
