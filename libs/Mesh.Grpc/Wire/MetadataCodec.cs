using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata as header values: binary ones in base64, sent without padding, received with or without.</summary>
internal static class MetadataCodec
{
    /// <summary>The value of the header that carries an entry.</summary>
    /// <param name="entry">The entry.</param>
    public static string EncodeValue(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.BinaryValue).TrimEnd('=') : entry.Value;

    /// <summary>Adds a received header, unless it is one of the transport's own.</summary>
    /// <param name="metadata">Receives the entries.</param>
    /// <param name="name">The name of the header.</param>
    /// <param name="value">Its value; several binary values may be joined by commas.</param>
    /// <exception cref="RpcException">INTERNAL: a binary value is not base64.</exception>
    public static void AddReceived(Metadata metadata, string name, string value)
    {
        if (ProtocolNames.IsReserved(name))
        {
            return;
        }

        var key = name.ToLowerInvariant();
        if (!Metadata.Entry.IsBinaryKey(key))
        {
            metadata.Add(Metadata.Entry.Received(key, value));
            return;
        }

        foreach (var part in value.AsSpan().Split(','))
        {
            metadata.Add(Metadata.Entry.Received(key, DecodeBinary(key, value.AsSpan()[part].Trim())));
        }
    }

    private static byte[] DecodeBinary(string key, ReadOnlySpan<char> value)
    {
        var unpadded = value.TrimEnd('=');
        Span<char> padded = stackalloc char[256];
        var length = (unpadded.Length + 3) / 4 * 4;
        padded = length <= padded.Length ? padded[..length] : new char[length];
        padded.Fill('=');
        unpadded.CopyTo(padded);
        var bytes = new byte[length / 4 * 3];
        if (!Convert.TryFromBase64Chars(padded, bytes, out var written))
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The binary metadata '{key}' is not base64."));
        }

        return bytes.AsSpan(0, written).ToArray();
    }
}
