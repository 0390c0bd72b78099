using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Runs deserializers over received bytes, with one context per thread.</summary>
internal sealed class MessageParser : DeserializationContext
{
    [ThreadStatic]
    private static MessageParser? _idle;

    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>Takes one message off the front of what has been received.</summary>
    /// <param name="buffer">What has been received; moved past the message when there is one.</param>
    /// <param name="deserializer">The deserializer of the message's type.</param>
    /// <param name="encoding">How compressed messages are compressed; null when the call has no encoding.</param>
    /// <param name="maxBytes">The longest message accepted, before and after decompression; null for any.</param>
    /// <typeparam name="T">The message type.</typeparam>
    /// <returns>Null when the message is not complete yet.</returns>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: too long. INTERNAL: flagged as compressed, though no encoding
    /// was agreed, or damaged.</exception>
    public static T? TryTake<T>(
        ref ReadOnlySequence<byte> buffer,
        Func<DeserializationContext, T> deserializer,
        MessageEncoding? encoding,
        int? maxBytes)
        where T : class
    {
        if (!MessageFrame.TryRead(ref buffer, maxBytes, out var payload, out var isCompressed))
        {
            return null;
        }

        return isCompressed
            ? ParseCompressed(deserializer, payload, encoding, maxBytes)
            : Parse(deserializer, payload);
    }

    /// <summary>Turns a payload into a message.</summary>
    /// <param name="deserializer">The deserializer of the message's type.</param>
    /// <param name="payload">The bytes; not needed afterwards.</param>
    /// <typeparam name="T">The message type.</typeparam>
    /// <exception cref="RpcException">INTERNAL: the deserializer failed.</exception>
    public static T Parse<T>(Func<DeserializationContext, T> deserializer, in ReadOnlySequence<byte> payload)
    {
        // A deserializer that itself deserializes finds no idle context and gets a new one.
        var context = _idle ?? new MessageParser();
        _idle = null;
        context._payload = payload;
        try
        {
            return deserializer(context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw new RpcException(
                new Status(StatusCode.Internal, "A message could not be parsed.", exception));
        }
        finally
        {
            context._payload = default;
            _idle = context;
        }
    }

    private static T ParseCompressed<T>(
        Func<DeserializationContext, T> deserializer,
        in ReadOnlySequence<byte> payload,
        MessageEncoding? encoding,
        int? maxBytes)
    {
        if (encoding is null)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, "A message is flagged as compressed, but the call has no message encoding."));
        }

        var message = new FrameBuffer();
        try
        {
            encoding.Decompress(payload, maxBytes, message);
            return Parse(deserializer, new ReadOnlySequence<byte>(message.Written));
        }
        finally
        {
            message.Release();
        }
    }
}
