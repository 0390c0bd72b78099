using System.Buffers.Binary;

namespace Mesh.Grpc.Tests.Functional.Raw;

/// <summary>A valid request with something changed by chance; the same for the same seed.</summary>
internal sealed class Mutations(int seed)
{
    private static readonly string[] Values =
    [
        "", " ", "soon", "-1S", "1n", "99999999H", "999999999S", "1", "S", "gzip", "deflate", "br", "identity",
        "application/grpc", "application/grpc+json", "application/grpc;", "text/plain", "*", "====", "AAE",
        "\u00ff", new('x', 3_000),
        "/", "//", "/mesh.grpc.tests.Echo", "/mesh.grpc.tests.Echo/Missing", "GET", "PRI", "trailers", "http",
    ];

    private static readonly string[] Names =
    [
        "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "content-type", "te", "data-bin", "grpc-status",
        ":path", ":method", ":scheme", ":authority", "grpc-internal-encoding-request", "content-length", "user-agent",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A request whose message, with its head, is changed. The frames around it are right.</summary>
    public byte[] Body(int stream)
    {
        var body = Change(RawFrames.Message([10, 3, (byte)'h', (byte)'e', (byte)'i', 24, 1]));
        (string, string)[] encoding = _random.Next(3) == 0 ? [("grpc-encoding", "gzip")] : [];
        return
        [
            .. RawFrames.HeadersFrame(stream, [.. RawFrames.RequestHeaders(), .. encoding]),
            .. RawFrames.Frame(RawFrames.Data, RawFrames.EndStream, stream, body),
        ];
    }

    /// <summary>A request whose headers are changed: values, additions, omissions, another order.</summary>
    public byte[] Headers(int stream)
    {
        var headers = RawFrames.RequestHeaders().ToList();
        for (var changes = _random.Next(1, 4); changes > 0 && headers.Count > 0; changes--)
        {
            var at = _random.Next(headers.Count);
            switch (_random.Next(4))
            {
                case 0:
                    headers[at] = (headers[at].Name, Any(Values));
                    break;
                case 1:
                    headers.Insert(_random.Next(headers.Count + 1), (Any(Names), Any(Values)));
                    break;
                case 2:
                    headers.RemoveAt(at);
                    break;
                default:
                    headers.Add((Any(Names), Any(Values)));
                    break;
            }
        }

        return
        [
            .. RawFrames.HeadersFrame(stream, headers),
            .. RawFrames.Frame(RawFrames.Data, RawFrames.EndStream, stream, RawFrames.Message(10, 1, (byte)'x')),
        ];
    }

    /// <summary>A request whose bytes are changed anywhere, in the frames' heads too.</summary>
    public byte[] Anywhere(int stream) =>
        Change(RawFrames.Request(stream, RawFrames.UnaryPath, [10, 3, (byte)'h', (byte)'e', (byte)'i']));

    private string Any(string[] texts) => texts[_random.Next(texts.Length)];

    private byte[] Change(byte[] valid)
    {
        var bytes = valid.ToList();
        for (var changes = _random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)_random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, _random.Next(1, bytes.Count - at + 1));
                    break;
                default:
                    var length = new byte[4];
                    BinaryPrimitives.WriteInt32BigEndian(length, _random.Next(int.MinValue, int.MaxValue));
                    bytes.InsertRange(at, length);
                    break;
            }
        }

        return [.. bytes];
    }
}
