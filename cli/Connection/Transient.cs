using System.Globalization;
using Grpc.Core;

namespace Mesh.Cli.Connection;

/// <summary>Failures that pass by themselves: a service, or the gateway, that is away or being started again.</summary>
internal static class Transient
{
    private const string Pushback = "grpc-retry-pushback-ms";
    private const string RetryAfter = "retry-after";

    private static readonly TimeSpan LongestPushback = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the same call may succeed later. A connection that breaks is told in many ways: as UNAVAILABLE when it
    /// was refused, and by what its last bytes were when it ended under a call.
    /// </summary>
    internal static bool Is(RpcException failure) => failure.StatusCode is StatusCode.Unavailable
        or StatusCode.Aborted
        or StatusCode.Cancelled
        or StatusCode.DeadlineExceeded
        or StatusCode.Internal
        or StatusCode.Unknown;

    /// <summary>
    /// The wait that the server asks for: gRPC's word for it (gRFC A6) before HTTP's; 10 s at most. Null: it does not.
    /// </summary>
    internal static TimeSpan? WaitOf(RpcException failure)
    {
        TimeSpan? asked = Number(failure, Pushback) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds)
            : Number(failure, RetryAfter) is { } seconds ? TimeSpan.FromSeconds(seconds)
            : null;
        return asked < LongestPushback ? asked : asked is null ? null : LongestPushback;
    }

    private static uint? Number(RpcException failure, string name) =>
        uint.TryParse(
            failure.Trailers.GetValue(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : null;
}
