using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The five bytes before each message: a compression flag and the length, big-endian.</summary>
internal static class MessageFrame
{
    public const int HeaderBytes = 5;

    /// <summary>Writes the header of an uncompressed message.</summary>
    /// <param name="destination">At least <see cref="HeaderBytes"/> long.</param>
    /// <param name="payloadBytes">The length of the message.</param>
    public static void WriteHeader(Span<byte> destination, int payloadBytes)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)payloadBytes);
    }

    /// <summary>Takes one message off the front of what has been received.</summary>
    /// <param name="buffer">What has been received; moved past the message when there is one.</param>
    /// <param name="maxPayloadBytes">The longest message accepted; null for any that fits memory.</param>
    /// <param name="payload">The message.</param>
    /// <returns>False when the message is not complete yet.</returns>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: too long, told from the header alone. INTERNAL: flagged as
    /// compressed, though no encoding was agreed, or flagged with nonsense.</exception>
    public static bool TryRead(
        ref ReadOnlySequence<byte> buffer, int? maxPayloadBytes, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        if (buffer.FirstSpan.Length >= HeaderBytes)
        {
            buffer.FirstSpan[..HeaderBytes].CopyTo(header);
        }
        else
        {
            buffer.Slice(0, HeaderBytes).CopyTo(header);
        }

        var length = CheckedLength(header, maxPayloadBytes);
        if (buffer.Length - HeaderBytes < length)
        {
            return false;
        }

        payload = buffer.Slice(HeaderBytes, length);
        buffer = buffer.Slice(payload.End);
        return true;
    }

    private static int CheckedLength(ReadOnlySpan<byte> header, int? maxPayloadBytes)
    {
        if (header[0] != 0)
        {
            throw new RpcException(new Status(StatusCode.Internal, header[0] == 1
                ? "A message is flagged as compressed, but the call has no message encoding."
                : "The compression flag of a message is neither 0 nor 1."));
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)(maxPayloadBytes ?? int.MaxValue))
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
        }

        return (int)length;
    }
}
