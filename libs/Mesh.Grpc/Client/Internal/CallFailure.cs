using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>The status that stands for a failure below gRPC.</summary>
internal static class CallFailure
{
    public static Status ToStatus(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RpcException rpc:
                    return rpc.Status;
                case HttpProtocolException protocol:
                    return new Status(
                        StatusMapping.FromHttp2Error(protocol.ErrorCode), "The stream was reset: " + protocol.Message,
                        exception);
            }
        }

        return exception switch
        {
            OperationCanceledException => new Status(StatusCode.Cancelled, "The call was cancelled.", exception),
            HttpRequestException or IOException => new Status(
                StatusCode.Unavailable, "The connection failed: " + exception.Message, exception),
            _ => new Status(StatusCode.Internal, "The call failed: " + exception.Message, exception),
        };
    }
}
