using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way to compress messages, known to both sides by its name.</summary>
public interface ICompressionProvider
{
    /// <summary>The name in <c>grpc-encoding</c> and <c>grpc-accept-encoding</c>, such as <c>gzip</c>.</summary>
    string EncodingName { get; }

    /// <summary>Makes a stream that compresses what is written to it. It is disposed of after each message.</summary>
    /// <param name="stream">Where the compressed bytes go.</param>
    /// <param name="compressionLevel">How hard to try; null for the provider's own level.</param>
    /// <returns>The stream to write to.</returns>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Makes a stream that decompresses. It is disposed of after each message.</summary>
    /// <param name="stream">Where the compressed bytes come from.</param>
    /// <returns>The stream to read from.</returns>
    Stream CreateDecompressionStream(Stream stream);
}
