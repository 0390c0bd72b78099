using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Where a serializer puts one message: either <see cref="Complete(byte[])"/> alone, or <see cref="SetPayloadLength"/>
/// (optional, saves a copy), <see cref="GetBufferWriter"/> and <see cref="Complete()"/>.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Hands over a message as an array, which must not be changed afterwards.</summary>
    /// <param name="payload">The bytes of the message.</param>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>The writer of the message's bytes.</summary>
    /// <returns>A writer that is valid until <see cref="Complete()"/>.</returns>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>Tells the exact length of the message before the first byte is written.</summary>
    /// <param name="payloadLength">The length in bytes.</param>
    public virtual void SetPayloadLength(int payloadLength) => throw new NotImplementedException();

    /// <summary>Ends a message that was written to <see cref="GetBufferWriter"/>.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
