using System.Buffers.Binary;
using System.Text;

namespace Mesh.Broker.Wire;

/// <summary>
/// Reads the protocol's primitives. In a flexible version (KIP-482) strings, bytes and arrays are compact and every
/// structure ends with tagged fields, so the same calls read both forms. Throws <see cref="MalformedFrameException"/>
/// for anything that does not fit the frame.
/// </summary>
internal ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _frame;
    private int _position;

    public WireReader(ReadOnlySpan<byte> frame)
    {
        _frame = frame;
    }

    /// <summary>Whether what follows is in a flexible version.</summary>
    public bool Flexible { get; set; }

    /// <summary>How far the reader has come, in bytes from the start of the frame.</summary>
    public readonly int Position => _position;

    public readonly int Remaining => _frame.Length - _position;

    public byte UInt8() => Take(1)[0];

    public sbyte Int8() => (sbyte)Take(1)[0];

    public bool Bool() => Take(1)[0] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public uint UnsignedVarint()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = UInt8();
            value |= (uint)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }

        throw new MalformedFrameException("a varint is longer than five bytes");
    }

    /// <summary>A string's UTF-8 bytes; null is malformed.</summary>
    public ReadOnlySpan<byte> Utf8()
    {
        int length = StringLength();
        return length >= 0 ? Take(length) : throw new MalformedFrameException("a required string is null");
    }

    public string String() => Encoding.UTF8.GetString(Utf8());

    public string? NullableString()
    {
        int length = StringLength();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>The number of elements that follow, -1 for a null array.</summary>
    public int ArrayLength()
    {
        long length = Flexible ? UnsignedVarint() - 1L : Int32();

        // No element is smaller than a byte, so a length beyond the frame would only make someone allocate.
        return length >= -1 && length <= Remaining
            ? (int)length
            : throw new MalformedFrameException("an array is longer than its frame");
    }

    /// <summary>The extent of a byte field within the frame; null reads as length -1.</summary>
    public (int Start, int Length) BytesExtent()
    {
        long length = Flexible ? UnsignedVarint() - 1L : Int32();
        if (length < -1 || length > Remaining)
        {
            throw new MalformedFrameException("a byte field is longer than its frame");
        }

        int start = _position;
        _position += (int)Math.Max(0, length);
        return (start, (int)length);
    }

    /// <summary>A copy of a byte field; null reads as empty.</summary>
    public byte[] Bytes()
    {
        (int start, int length) = BytesExtent();
        return length <= 0 ? [] : _frame.Slice(start, length).ToArray();
    }

    public int[] Int32Array()
    {
        int length = Math.Max(0, ArrayLength());
        if (length > Remaining / sizeof(int))
        {
            throw new MalformedFrameException("an array is longer than its frame");
        }

        int[] values = new int[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = Int32();
        }

        return values;
    }

    /// <summary>Skips a structure's tagged fields; none of those this broker reads decides anything.</summary>
    public void Tags()
    {
        if (!Flexible)
        {
            return;
        }

        uint count = UnsignedVarint();
        for (uint i = 0; i < count; i++)
        {
            UnsignedVarint();
            Take(checked((int)Math.Min(UnsignedVarint(), int.MaxValue)));
        }
    }

    /// <summary>A string that is never compact: the request header's client id, in every version.</summary>
    public ReadOnlySpan<byte> ClassicUtf8()
    {
        short length = Int16();
        return Take(Math.Max((short)0, length));
    }

    private int StringLength() => Flexible ? (int)Math.Min(UnsignedVarint(), int.MaxValue) - 1 : Int16();

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw new MalformedFrameException("a field reaches beyond its frame");
        }

        ReadOnlySpan<byte> taken = _frame.Slice(_position, count);
        _position += count;
        return taken;
    }
}
