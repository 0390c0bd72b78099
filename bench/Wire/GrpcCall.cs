using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;

namespace Mesh.Bench.Wire;

/// <summary>What a gRPC call puts into frames.</summary>
internal static class GrpcCall
{
    /// <summary>Before each message: whether it is compressed, and its length.</summary>
    internal const int PrefixBytes = 5;

    /// <summary>
    /// The header block of a request, as SocketsHttpHandler writes it (HPACK, RFC 7541): names by the static table,
    /// values as literals.
    /// </summary>
    internal static byte[] Headers(string path, string authority)
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

    /// <summary>A message with its prefix.</summary>
    internal static byte[] Message(IMessage message)
    {
        byte[] bytes = new byte[PrefixBytes + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - PrefixBytes);
        message.WriteTo(bytes.AsSpan(PrefixBytes));
        return bytes;
    }

    /// <summary>Takes the first message from what a stream has brought, when all of it has come.</summary>
    internal static bool TryTake(List<byte> received, out byte[] message)
    {
        message = [];
        if (received.Count < PrefixBytes)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(CollectionsMarshal.AsSpan(received)[1..]);
        if (received.Count < PrefixBytes + length)
        {
            return false;
        }

        message = [.. received.GetRange(PrefixBytes, length)];
        received.RemoveRange(0, PrefixBytes + length);
        return true;
    }
}
