using System.Buffers.Binary;

namespace Mesh.Bench.Wire;

/// <summary>Gathers the frames that a client sends over one connection.</summary>
internal sealed class FrameWriter
{
    private const int DefaultWindow = 65_535;
    private const int SettingBytes = 6;
    private byte[] _bytes = new byte[512];
    private int _count;

    internal ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _count);

    internal void Clear() => _count = 0;

    /// <summary>Begins a connection.</summary>
    /// <param name="window">Bytes that the server may send at once, on each stream and on all.</param>
    /// <param name="plain">Whether each header block is to be readable without those before it.</param>
    internal void Preface(int window, bool plain = false)
    {
        Append("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(Http2Frame.Settings, 0, 0, (plain ? 3 : 2) * SettingBytes);
        Setting(Http2Frame.EnablePushSetting, 0);
        Setting(Http2Frame.InitialWindowSetting, window);
        if (plain)
        {
            Setting(Http2Frame.HeaderTableSetting, 0);
        }

        WindowUpdate(0, window - DefaultWindow);
    }

    internal void Acknowledge(byte type, ReadOnlySpan<byte> payload)
    {
        Frame(type, Http2Frame.AckFlag, 0, payload.Length);
        Append(payload);
    }

    internal void WindowUpdate(int stream, int bytes)
    {
        Frame(Http2Frame.WindowUpdate, 0, stream, 4);
        BinaryPrimitives.WriteInt32BigEndian(Room(4), bytes);
    }

    /// <summary>Opens a stream.</summary>
    internal void Headers(int stream, ReadOnlySpan<byte> block)
    {
        Frame(Http2Frame.Headers, Http2Frame.EndHeadersFlag, stream, block.Length);
        Append(block);
    }

    internal void Data(int stream, ReadOnlySpan<byte> bytes, bool endsStream)
    {
        Frame(Http2Frame.Data, endsStream ? Http2Frame.EndStreamFlag : (byte)0, stream, bytes.Length);
        Append(bytes);
    }

    /// <summary>Gives a stream up.</summary>
    internal void Cancel(int stream)
    {
        Frame(Http2Frame.Reset, 0, stream, 4);
        BinaryPrimitives.WriteInt32BigEndian(Room(4), Http2Frame.CancelCode);
    }

    private void Setting(ushort name, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Room(2), name);
        BinaryPrimitives.WriteInt32BigEndian(Room(4), value);
    }

    private void Frame(byte type, byte flags, int stream, int length)
    {
        Span<byte> head = Room(Http2Frame.HeaderBytes);
        head[0] = (byte)(length >> 16);
        head[1] = (byte)(length >> 8);
        head[2] = (byte)length;
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
    }

    private void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    private Span<byte> Room(int count)
    {
        if (_count + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _count + count));
        }

        _count += count;
        return _bytes.AsSpan(_count - count, count);
    }
}
