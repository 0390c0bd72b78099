namespace Grpc.Wire;

/// <summary>
/// The header names and values of gRPC over HTTP/2.
/// Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
/// </summary>
internal static class ProtocolNames
{
    public const string ContentType = "application/grpc";
    public const string Identity = "identity";

    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>Never sent: by this metadata a client asks for the encoding of its requests, and a handler, in its
    /// response headers, for that of its responses.</summary>
    public const string EncodingRequest = "grpc-internal-encoding-request";

    public const string Message = "grpc-message";
    public const string Status = "grpc-status";
    public const string Timeout = "grpc-timeout";
    public const string PreviousAttempts = "grpc-previous-rpc-attempts";
    public const string RetryPushback = "grpc-retry-pushback-ms";

    /// <summary>Whether a content type is gRPC, of whatever message format: <c>application/grpc[+…][;…]</c>.</summary>
    /// <param name="contentType">The value of the header, if any.</param>
    public static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';' or ' ');

    /// <summary>Whether a server of protobuf messages takes this content type.</summary>
    /// <param name="contentType">The value of the header, if any.</param>
    public static bool IsProtobufContentType(string? contentType)
    {
        if (contentType == ContentType)
        {
            return true;
        }

        if (contentType is null || !IsGrpcContentType(contentType))
        {
            return false;
        }

        var rest = contentType.AsSpan(ContentType.Length);
        var parameters = rest.IndexOf(';');
        var format = (parameters < 0 ? rest : rest[..parameters]).Trim();
        return format.IsEmpty || format.Equals("+proto", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Whether a header belongs to HTTP or gRPC itself, so that it is neither shown to users nor taken from them.
    /// </summary>
    /// <param name="name">The name, in any case.</param>
    public static bool IsReserved(string name) => name.Length == 0 || name[0] == ':' || name.ToLowerInvariant() is
        "content-type" or "content-length" or "te" or "host" or "transfer-encoding" or "connection"
        or Encoding or AcceptEncoding or EncodingRequest or Message or Status or Timeout or "grpc-message-type"
        or "trailer" or "date" or "server";
}
