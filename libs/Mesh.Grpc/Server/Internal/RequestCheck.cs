using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Tells whether a request is gRPC at all; what is not gets an HTTP status, since it cannot read another.
/// </summary>
internal static class RequestCheck
{
    /// <summary>Why a request is not gRPC, with the HTTP status that says so.</summary>
    public readonly record struct Fault(int HttpStatus, string Reason);

    /// <summary>Checks the version of HTTP: only 2 and 3 have what gRPC needs.</summary>
    public static Fault? Http2Fault(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) || HttpProtocol.IsHttp3(request.Protocol)
            ? null
            : new Fault(StatusCodes.Status426UpgradeRequired, "gRPC needs HTTP/2.");

    /// <summary>Checks everything that decides whether a request is gRPC.</summary>
    public static Fault? FindFault(HttpRequest request) =>
        Http2Fault(request) ?? (ProtocolNames.IsProtobufContentType(request.ContentType)
            ? null
            : new Fault(StatusCodes.Status415UnsupportedMediaType, "The content type is not application/grpc."));

    public static Task RefuseAsync(HttpContext context, Fault fault)
    {
        context.Response.StatusCode = fault.HttpStatus;
        if (fault.HttpStatus == StatusCodes.Status426UpgradeRequired)
        {
            context.Response.Headers.Upgrade = "HTTP/2";
        }

        return Task.CompletedTask;
    }
}
