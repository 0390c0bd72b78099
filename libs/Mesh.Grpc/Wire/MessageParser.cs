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
}
