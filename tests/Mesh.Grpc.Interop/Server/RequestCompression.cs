using Grpc.Core;
using Grpc.Testing;
using Mesh.Grpc.Interop.Wire;
using Microsoft.AspNetCore.Builder;

namespace Mesh.Grpc.Interop.Server;

/// <summary>
/// Whether the requests of a call came compressed. A call that names an encoding is scanned; in any other a compressed
/// message is an error that no handler sees.
/// </summary>
internal static class RequestCompression
{
    private const string Encoding = "grpc-encoding";

    /// <summary>Scans the bodies of calls that may send compressed messages.</summary>
    public static void UseRequestCompression(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.Request.Headers.TryGetValue(Encoding, out var encoding) && encoding != "identity")
        {
            var scanner = new FrameScanner();
            http.Features.Set(scanner);
            http.Request.Body = new ScannedStream(http.Request.Body, scanner);
        }

        return next(http);
    });

    /// <summary>Refuses the next request when it is not what it says of itself.</summary>
    /// <param name="context">The call.</param>
    /// <param name="expected">What the request says; null when it says nothing.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT.</exception>
    public static void Check(ServerCallContext context, BoolValue? expected)
    {
        // Taken even when nobody asks: the flags are in the order of the messages.
        var compressed = context.GetHttpContext().Features.Get<FrameScanner>()?.Take() ?? false;
        if (expected is not null && expected.Value != compressed)
        {
            throw new RpcException(new Status(
                StatusCode.InvalidArgument,
                $"expect_compressed is {expected.Value}, but the message is {(compressed ? "" : "not ")}compressed."));
        }
    }
}
