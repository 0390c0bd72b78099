using System.Buffers;

namespace Grpc.Core;

/// <summary>Hands out one message that lies in an array, for callers of <see cref="Marshaller{T}.Deserializer"/>.
/// </summary>
internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.AsSpan().ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
