using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Every log message of the library.</summary>
internal static partial class GrpcMessages
{
    [LoggerMessage(1, LogLevel.Error, "The handler of {Method} threw an exception.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(2, LogLevel.Debug, "{Method} ended with {StatusCode}: {Detail}")]
    public static partial void CallFailed(ILogger logger, string method, Core.StatusCode statusCode, string detail);

    [LoggerMessage(3, LogLevel.Debug, "{Method} passed its deadline.")]
    public static partial void DeadlineExceeded(ILogger logger, string method);

    [LoggerMessage(4, LogLevel.Error, "Ending {Method} at its deadline failed.")]
    public static partial void DeadlineFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(5, LogLevel.Debug, "A request to {Path} is not gRPC over HTTP/2: {Reason}")]
    public static partial void BadRequest(ILogger logger, string path, string reason);
}
