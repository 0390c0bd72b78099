using System.Buffers.Binary;
using System.Text;

namespace Mesh.Grpc.Tests.Functional.Raw;

/// <summary>Frames of HTTP/2 (RFC 9113) as bytes, right or wrong.</summary>
internal static class RawFrames
{
    public const int HeaderBytes = 9;

    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;

    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;
    public const byte EndHeaders = 0x4;

    public const string UnaryPath = "/mesh.grpc.tests.Echo/Unary";

    /// <summary>What a well-behaved client sends.</summary>
    public static (string Name, string Value)[] RequestHeaders(string path = UnaryPath) =>
    [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];

    public static byte[] Frame(byte type, byte flags, int stream, params byte[] payload)
    {
        var frame = new byte[HeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeaderBytes);
        return frame;
    }

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] HeadersFrame(int stream, IEnumerable<(string Name, string Value)> headers, byte flags = 0) =>
        Frame(Headers, (byte)(EndHeaders | flags), stream, [.. headers.SelectMany(header => (byte[])
            [0, .. Literal(header.Name), .. Literal(header.Value)])]);

    public static byte[] Message(params byte[] payload) => [0, .. Number(payload.Length), .. payload];

    /// <summary>A whole request: headers and one message.</summary>
    public static byte[] Request(int stream, string path, byte[] message) =>
        [.. HeadersFrame(stream, RequestHeaders(path)), .. Frame(Data, EndStream, stream, Message(message))];

    // HPACK (RFC 7541, 5.2), without Huffman: the length in a prefix of seven bits, then the text.
    private static byte[] Literal(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        List<byte> coded = [];
        if (bytes.Length < 127)
        {
            coded.Add((byte)bytes.Length);
        }
        else
        {
            coded.Add(127);
            var rest = bytes.Length - 127;
            for (; rest >= 128; rest >>= 7)
            {
                coded.Add((byte)(rest | 128));
            }

            coded.Add((byte)rest);
        }

        return [.. coded, .. bytes];
    }
}
