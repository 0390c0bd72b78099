using Grpc.Core;

namespace Grpc.Wire;

/// <summary>What to make of a call that ended without a <c>grpc-status</c>.</summary>
internal static class StatusMapping
{
    /// <summary>
    /// The status that stands for an HTTP response which is not gRPC.
    /// Source: https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
    /// </summary>
    /// <param name="httpStatus">The HTTP status.</param>
    public static StatusCode FromHttpStatus(int httpStatus) => httpStatus switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>The status that stands for a stream which HTTP/2 reset (PROTOCOL-HTTP2.md, "Errors").</summary>
    /// <param name="errorCode">The code of RST_STREAM or GOAWAY (RFC 9113, section 7).</param>
    public static StatusCode FromHttp2Error(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM: nothing has been processed.
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
