using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>Reads metadata and the status out of the headers and trailers of a response.</summary>
internal static class ResponseHeaders
{
    /// <summary>Why a response is not gRPC, or not readable; null when it is.</summary>
    public static Status? FindFault(HttpResponseMessage response, MessageEncodings encodings)
    {
        // A server that speaks gRPC may name the status of a call in any response.
        if (TryReadStatus(response.Headers) is not null)
        {
            return null;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var code = (int)response.StatusCode;
            return new Status(
                StatusMapping.FromHttpStatus(code),
                string.Create(CultureInfo.InvariantCulture, $"Bad gRPC response. HTTP status code: {code}"));
        }

        var contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values)
            ? values.ToString()
            : null;
        if (!ProtocolNames.IsGrpcContentType(contentType))
        {
            return new Status(
                StatusCode.Unknown, $"Bad gRPC response. Invalid content-type value: '{contentType}'");
        }

        return encodings.TryFind(EncodingName(response), out _)
            ? null
            : new Status(
                StatusCode.Internal, $"The message encoding '{EncodingName(response)}' is not supported.");
    }

    /// <summary>How compressed responses are compressed; null when the call has no encoding.</summary>
    public static MessageEncoding? EncodingOf(HttpResponseMessage response, MessageEncodings encodings) =>
        encodings.TryFind(EncodingName(response), out var encoding) ? encoding : null;

    /// <summary>Whether a response consists of a status other than OK (PROTOCOL-HTTP2.md: Trailers-Only).</summary>
    public static bool IsFailureAlone(HttpResponseMessage response) =>
        TryReadStatus(response.Headers) is { StatusCode: not StatusCode.OK };

    /// <summary>The status and trailers of a response that has been read to its end.</summary>
    public static (Status Status, Metadata Trailers) ReadEnd(HttpResponseMessage response)
    {
        if (TryReadStatus(response.TrailingHeaders) is { } status)
        {
            return (status, ReadMetadata(response.TrailingHeaders));
        }

        return TryReadStatus(response.Headers) is { } only
            ? (only, ReadMetadata(response.Headers))
            : (new Status(StatusCode.Unknown, "No grpc-status found on response."), Metadata.Empty);
    }

    public static Metadata ReadMetadata(HttpResponseHeaders headers)
    {
        Metadata? metadata = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (!ProtocolNames.IsReserved(name))
                {
                    MetadataCodec.AddReceived(metadata ??= [], name, value);
                }
            }
        }

        return metadata ?? Metadata.Empty;
    }

    private static string? EncodingName(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(ProtocolNames.Encoding, out var name) ? name.ToString() : null;

    private static Status? TryReadStatus(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(ProtocolNames.Status, out var values))
        {
            return null;
        }

        var text = values.ToString();
        if (text == "0" && !headers.NonValidated.Contains(ProtocolNames.Message))
        {
            return Status.DefaultSuccess;
        }

        var detail = headers.NonValidated.TryGetValues(ProtocolNames.Message, out var messages)
            ? PercentEncoding.Decode(messages.ToString())
            : "";

        // A code that this library does not know is UNKNOWN, as the protocol asks.
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new Status(code <= (int)StatusCode.Unauthenticated ? (StatusCode)code : StatusCode.Unknown, detail)
            : new Status(StatusCode.Unknown, $"Unexpected grpc-status value: {text}");
    }
}
