using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>The message encodings that one side knows. Immutable.</summary>
internal sealed class MessageEncodings
{
    private readonly MessageEncoding[] _known;

    /// <summary>Creates a set.</summary>
    /// <param name="providers">The ways to compress; of two of the same name the later one counts.</param>
    /// <param name="level">How hard to try; null for each provider's own level.</param>
    public MessageEncodings(IEnumerable<ICompressionProvider> providers, CompressionLevel? level = null)
    {
        var known = new Dictionary<string, MessageEncoding>(StringComparer.Ordinal);
        foreach (var provider in providers)
        {
            known[provider.EncodingName] = new MessageEncoding(provider, level);
        }

        _known = [.. known.Values];
        AcceptValue = string.Join(',', [ProtocolNames.Identity, .. known.Keys]);
    }

    /// <summary>What is known without configuration.</summary>
    public static IEnumerable<ICompressionProvider> DefaultProviders { get; } =
    [
        new GzipCompressionProvider(CompressionLevel.Fastest),
        new DeflateCompressionProvider(CompressionLevel.Fastest),
    ];

    /// <summary>The value of <c>grpc-accept-encoding</c>.</summary>
    public string AcceptValue { get; }

    /// <summary>Finds an encoding.</summary>
    /// <param name="name">The value of <c>grpc-encoding</c>; null when there is none.</param>
    /// <param name="encoding">Null for a name that means no compression.</param>
    /// <returns>False when the name is unknown.</returns>
    public bool TryFind(string? name, out MessageEncoding? encoding)
    {
        encoding = null;
        if (string.IsNullOrEmpty(name) || name == ProtocolNames.Identity)
        {
            return true;
        }

        foreach (var known in _known)
        {
            if (known.Name == name)
            {
                encoding = known;
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a value of <c>grpc-accept-encoding</c> lists an encoding.</summary>
    /// <param name="accepted">Names, separated by commas.</param>
    /// <param name="encoding">The encoding.</param>
    public static bool Accepts(ReadOnlySpan<char> accepted, MessageEncoding encoding)
    {
        foreach (var part in accepted.Split(','))
        {
            if (accepted[part].Trim().SequenceEqual(encoding.Name))
            {
                return true;
            }
        }

        return false;
    }
}
