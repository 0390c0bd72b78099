using System.Buffers.Binary;
using System.Text;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>Gathers the frames of one connection.</summary>
internal sealed class FrameWriter
{
    /// <summary>A message of 120 bytes with the five of gRPC before it.</summary>
    internal const int MessageBytes = 125;

    private const int DefaultWindow = 65_535;
    private static readonly byte[] Message125 = CreateMessage();

    private readonly byte[] _headers;
    private byte[] _bytes = new byte[64 * 1024];
    private int _count;

    internal FrameWriter(string path, string authority)
    {
        _headers = CreateHeaders(path, authority);
    }

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    internal void Clear() => _count = 0;

    /// <summary>Begins a connection on which the server may send without limit.</summary>
    internal void Preface(int window)
    {
        Append("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(Http2Frame.Settings, 0, 0, 12);
        Setting(Http2Frame.EnablePushSetting, 0);
        Setting(Http2Frame.InitialWindowSetting, window);
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

    internal void Headers(int stream)
    {
        Frame(Http2Frame.Headers, Http2Frame.EndHeadersFlag, stream, _headers.Length);
        Append(_headers);
    }

    internal void Message(int stream, bool endsStream)
    {
        Frame(Http2Frame.Data, endsStream ? Http2Frame.EndStreamFlag : (byte)0, stream, MessageBytes);
        Append(Message125);
    }

    // A flag, a length, a field of bytes (number 1) that is 118 long.
    private static byte[] CreateMessage()
    {
        byte[] message = new byte[MessageBytes];
        message.AsSpan().Fill((byte)'x');
        ((ReadOnlySpan<byte>)[0, 0, 0, 0, 120, 0x0a, 118]).CopyTo(message);
        return message;
    }

    // HPACK (RFC 7541) as SocketsHttpHandler writes it: names by the static table, values as literals.
    private static byte[] CreateHeaders(string path, string authority)
    {
        List<byte> block = [0x83, 0x86];
        Literal([0x04], path);
        Literal([0x01], authority);
        Literal([0x0f, 0x10], "application/grpc");
        Literal([0x00, 2, (byte)'t', (byte)'e'], "trailers");
        Literal([0x0f, 0x2b], "grpc-dotnet-mesh/1.0");
        Literal([0x00, 20, .. "grpc-accept-encoding"u8], "identity,gzip,deflate");
        return [.. block];

        void Literal(byte[] name, string value)
        {
            block.AddRange(name);
            block.Add((byte)value.Length);
            block.AddRange(Encoding.ASCII.GetBytes(value));
        }
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
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        }

        _count += count;
        return _bytes.AsSpan(_count - count, count);
    }
}
