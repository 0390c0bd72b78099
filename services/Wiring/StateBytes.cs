using System.Runtime.InteropServices;

namespace Mesh.Wiring;

/// <summary>
/// Writes the parts of a saved state: numbers as varints, ids as they lie in memory. There is no other version of it than
/// the processor's: a row of another one is not read.
/// </summary>
internal sealed class StateBytes
{
    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;

    public StateBytes() => _writer = new BinaryWriter(_bytes);

    public StateBytes Add(long number)
    {
        _writer.Write7BitEncodedInt64(number);
        return this;
    }

    public StateBytes Add(ulong number) => Add((long)number);

    public StateBytes Add(string text)
    {
        _writer.Write(text);
        return this;
    }

    public StateBytes Add(Guid id) => AddRaw([id]);

    /// <summary>Several ids, and how many.</summary>
    public StateBytes Add(ReadOnlySpan<Guid> ids) => Add(ids.Length).AddRaw(ids);

    /// <summary>Several numbers that spread over all bits, and how many.</summary>
    public StateBytes Add(ReadOnlySpan<ulong> hashes)
    {
        Add(hashes.Length);
        _writer.Write(MemoryMarshal.AsBytes(hashes));
        return this;
    }

    /// <summary>What was added since it was taken last.</summary>
    public byte[] Take()
    {
        byte[] taken = _bytes.ToArray();
        _bytes.SetLength(0);
        return taken;
    }

    private StateBytes AddRaw(ReadOnlySpan<Guid> ids)
    {
        _writer.Write(MemoryMarshal.AsBytes(ids));
        return this;
    }
}

/// <summary>Reads what <see cref="StateBytes"/> wrote, in the same order.</summary>
internal sealed class StateReader(byte[] bytes)
{
    private readonly BinaryReader _reader = new(new MemoryStream(bytes));

    public long Number() => _reader.Read7BitEncodedInt64();

    public int Count() => checked((int)Number());

    public string Text() => _reader.ReadString();

    public Guid Id() => Many<Guid>(1)[0];

    public Guid[] Ids() => Many<Guid>(Count());

    public ulong[] Hashes() => Many<ulong>(Count());

    private T[] Many<T>(int count)
        where T : unmanaged
    {
        T[] values = new T[count];
        _reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
