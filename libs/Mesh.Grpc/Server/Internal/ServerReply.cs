using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Writes a status and metadata into the headers or trailers of a response.</summary>
internal static class ServerReply
{
    private static readonly string[] StatusTexts =
        [.. Enumerable.Range(0, 17).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Makes a response that consists of a status alone, sent as one HEADERS frame.</summary>
    public static void TrailersOnly(HttpResponse response, in Status status)
    {
        response.ContentType = ProtocolNames.ContentType;
        WriteStatus(response.Headers, status);
    }

    public static void WriteStatus(IHeaderDictionary destination, in Status status)
    {
        var code = (int)status.StatusCode;
        destination.GrpcStatus = (uint)code < (uint)StatusTexts.Length
            ? StatusTexts[code]
            : code.ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0)
        {
            destination.GrpcMessage = PercentEncoding.Encode(status.Detail);
        }
    }

    public static void WriteMetadata(IHeaderDictionary destination, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (!ProtocolNames.IsReserved(entry.Key))
            {
                destination.Append(entry.Key, MetadataCodec.EncodeValue(entry));
            }
        }
    }
}
