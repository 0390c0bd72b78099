using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Client;

/// <summary>One request, one response.</summary>
internal static class UnaryCases
{
    public static async Task EmptyUnaryAsync(CaseContext context)
    {
        var response = await context.Service.EmptyCallAsync(new Empty());
        Expect.Equal(new Empty(), response, "response");
    }

    public static async Task LargeUnaryAsync(CaseContext context)
    {
        var response = await context.Service.UnaryCallAsync(CaseContext.LargeRequest());
        Expect.Zeros(CaseContext.LargeResponseBytes, response.Payload?.Body, "response");
    }

    /// <summary>
    /// The verb GET, which the description knows, is not in the library: the call goes by POST, and the server
    /// stands in for the caching proxy.
    /// </summary>
    public static async Task CacheableUnaryAsync(CaseContext context)
    {
        var nanoseconds = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100
            + (Stopwatch.GetTimestamp() % 100);
        var request = new SimpleRequest
        {
            Payload = new Payload
            {
                Body = ByteString.CopyFromUtf8(nanoseconds.ToString(CultureInfo.InvariantCulture)),
            },
        };
        Metadata headers = new() { { "x-user-ip", "1.2.3.4" } };
        var first = await context.Service.CacheableUnaryCallAsync(request, headers);
        var second = await context.Service.CacheableUnaryCallAsync(request, headers);
        Expect.Equal(first.Payload?.Body, second.Payload?.Body, "second response");
    }
}
