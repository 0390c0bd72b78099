using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The five bytes before each message: a compression flag and the length, big-endian.</summary>
internal static class MessageFrame
{
    public const int HeaderBytes = 5;

    /// <summary>Writes the header of a message.</summary>
    /// <param name="destination">At least <see cref="HeaderBytes"/> long.</param>
    /// <param name="payloadBytes">The length of the message as it is sent.</param>
    /// <param name="isCompressed">Whether it is sent compressed.</param>
    public static void WriteHeader(Span<byte> destination, int payloadBytes, bool isCompressed = false)
    {
        destination[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)payloadBytes);
    }

    /// <summary>Takes one message off the front of what has been received.</summary>
    /// <param name="buffer">What has been received; moved past the message when there is one.</param>
    /// <param name="maxPayloadBytes">The longest message accepted; null for any that fits memory.</param>
    /// <param name="payload">The message.</param>
    /// <param name="isCompressed">Whether it is compressed.</param>
    /// <returns>False when the message is not complete yet.</returns>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: too long, told from the header alone. INTERNAL: flagged with
    /// nonsense.</exception>
    public static bool TryRead(
        ref ReadOnlySequence<byte> buffer,
        int? maxPayloadBytes,
        out ReadOnlySequence<byte> payload,
        out bool isCompressed)
    {
        payload = default;
        isCompressed = false;
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

        isCompressed = header[0] == 1;
        payload = buffer.Slice(HeaderBytes, length);
        buffer = buffer.Slice(payload.End);
        return true;
    }

    /// <summary>Whether a whole message stands at the front of what has been received.</summary>
    /// <param name="buffer">What has been received.</param>
    /// <returns>False also where that is not plain to see, because the header lies in two pieces.</returns>
    public static bool IsWhole(in ReadOnlySequence<byte> buffer)
    {
        var first = buffer.FirstSpan;
        return first.Length >= HeaderBytes
            && buffer.Length - HeaderBytes >= BinaryPrimitives.ReadUInt32BigEndian(first[1..]);
    }

    private static int CheckedLength(ReadOnlySpan<byte> header, int? maxPayloadBytes)
    {
        if (header[0] > 1)
        {
            throw new RpcException(
                new Status(StatusCode.Internal, "The compression flag of a message is neither 0 nor 1."));
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
