using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mesh.Broker.Wire;

/// <summary>
/// Writes responses, several in a row, each with its length in front. Records are not copied in: they are attached
/// by reference with whoever must be told when they are sent, and go out between the written bytes.
/// Owned by one connection.
/// </summary>
internal sealed class WireWriter
{
    private readonly List<Attachment> _attachments = [];
    private readonly List<ArraySegment<byte>> _parts = [];
    private byte[] _buffer;
    private int _count;
    private int _frameStart;
    private long _attachedBytes;
    private long _attachedBeforeFrame;

    public WireWriter(int initialBytes)
    {
        _buffer = new byte[initialBytes];
    }

    /// <summary>Whether the structure being written is in a flexible version.</summary>
    public bool Flexible { get; set; }

    /// <summary>Bytes written and attached that have not been taken.</summary>
    public long PendingBytes => _count + _attachedBytes;

    /// <summary>How many byte ranges are attached; a socket takes a bounded number at once.</summary>
    public int AttachmentCount => _attachments.Count;

    /// <summary>Where the next byte goes; used to come back to a field whose value is known later.</summary>
    public int Position => _count;

    public void BeginFrame()
    {
        _frameStart = _count;
        _attachedBeforeFrame = _attachedBytes;
        Int32(0);
    }

    public void EndFrame()
    {
        long length = _count - _frameStart - sizeof(int) + (_attachedBytes - _attachedBeforeFrame);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_frameStart), checked((int)length));
    }

    /// <summary>Takes back the frame begun last; nothing may be attached to it.</summary>
    public void AbandonFrame() => _count = _frameStart;

    public void Int8(int value) => Reserve(1)[0] = (byte)value;

    public void Bool(bool value) => Int8(value ? 1 : 0);

    public void Int16(int value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), (short)value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void Error(ErrorCode code) => Int16((short)code);

    public void UnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Int8((int)(value | 0x80));
            value >>= 7;
        }

        Int8((int)value);
    }

    public void String(string? value)
    {
        if (value is null)
        {
            StringLength(-1);
            return;
        }

        int length = Encoding.UTF8.GetByteCount(value);
        StringLength(length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    public void Utf8(ReadOnlySpan<byte> value)
    {
        StringLength(value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    public void ArrayLength(int length)
    {
        if (Flexible)
        {
            UnsignedVarint((uint)(length + 1));
        }
        else
        {
            Int32(length);
        }
    }

    /// <summary>A byte field: its length, then its bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        ArrayLength(bytes.Length);
        Raw(bytes);
    }

    public void Int32Array(params ReadOnlySpan<int> values)
    {
        ArrayLength(values.Length);
        foreach (int value in values)
        {
            Int32(value);
        }
    }

    /// <summary>No tagged fields: one zero byte in a flexible version, nothing otherwise.</summary>
    public void Tags()
    {
        if (Flexible)
        {
            Int8(0);
        }
    }

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Puts bytes into the stream here without copying; the owner is told once they are sent.</summary>
    public void Attach(ArraySegment<byte> bytes, IReleasable owner)
    {
        _attachments.Add(new Attachment(_count, bytes, owner));
        _attachedBytes += bytes.Count;
    }

    /// <summary>What is written so far, when nothing is attached.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _count);

    /// <summary>Everything written and attached, in order, for a scattered send. Valid until the next write.</summary>
    public List<ArraySegment<byte>> Parts()
    {
        _parts.Clear();
        int from = 0;
        foreach (Attachment attachment in _attachments)
        {
            if (attachment.At > from)
            {
                _parts.Add(new ArraySegment<byte>(_buffer, from, attachment.At - from));
                from = attachment.At;
            }

            _parts.Add(attachment.Bytes);
        }

        if (_count > from)
        {
            _parts.Add(new ArraySegment<byte>(_buffer, from, _count - from));
        }

        return _parts;
    }

    /// <summary>Forgets what was written and releases what was attached.</summary>
    public void Clear()
    {
        foreach (Attachment attachment in _attachments)
        {
            attachment.Owner.Release();
        }

        _attachments.Clear();
        _parts.Clear();
        _attachedBytes = 0;
        _count = 0;
    }

    private void StringLength(int length)
    {
        if (Flexible)
        {
            UnsignedVarint((uint)(length + 1));
        }
        else
        {
            Int16(length);
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _count < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _count + count));
        }

        Span<byte> reserved = _buffer.AsSpan(_count, count);
        _count += count;
        return reserved;
    }

    private readonly record struct Attachment(int At, ArraySegment<byte> Bytes, IReleasable Owner);
}

/// <summary>Bytes that are lent out and counted.</summary>
internal interface IReleasable
{
    void Release();
}
