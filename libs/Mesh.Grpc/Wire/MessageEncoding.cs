using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>Compresses and decompresses single messages. Thread-safe.</summary>
/// <param name="provider">The way to compress.</param>
/// <param name="level">How hard to try; null for the provider's own level.</param>
internal sealed class MessageEncoding(ICompressionProvider provider, CompressionLevel? level)
{
    private const int StepBytes = 16 * 1024;

    public string Name => provider.EncodingName;

    public void Compress(ReadOnlySpan<byte> message, FrameBuffer compressed)
    {
        using var target = new BufferStream(compressed);
        using var stream = provider.CreateCompressionStream(target, level);
        stream.Write(message);
    }

    /// <summary>Decompresses a message, and stops as soon as it turns out to be too long.</summary>
    /// <param name="compressed">The bytes as received.</param>
    /// <param name="maxBytes">The longest message accepted; null for any.</param>
    /// <param name="message">Receives the message.</param>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: too long. INTERNAL: the bytes are damaged.</exception>
    public void Decompress(in ReadOnlySequence<byte> compressed, int? maxBytes, FrameBuffer message)
    {
        var limit = maxBytes ?? int.MaxValue;
        try
        {
            using var source = new SequenceStream(compressed);
            using var stream = provider.CreateDecompressionStream(source);
            while (true)
            {
                // One byte above the limit is enough to know: a bomb of gigabytes costs no more than what is allowed.
                var room = Math.Min(StepBytes, (long)limit - message.Count + 1);
                var count = stream.Read(message.GetSpan((int)room)[..(int)room]);
                if (count == 0)
                {
                    return;
                }

                if (count > limit - message.Count)
                {
                    throw new RpcException(new Status(
                        StatusCode.ResourceExhausted,
                        "Received message exceeds the maximum configured message size once it is decompressed."));
                }

                message.Advance(count);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, $"A message could not be decompressed as '{Name}'.", exception));
        }
    }
}
