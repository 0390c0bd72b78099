using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>The status that stands for a failure below gRPC, of a call that was not ended from above.</summary>
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
                case TimeoutException:
                    // How the transport tells that a connection was not there in time; a deadline's is told elsewhere.
                    return new Status(
                        StatusCode.Unavailable, "The connection failed: " + cause.Message, exception);
            }
        }

        return exception switch
        {
            // A call that its caller, channel or deadline ends has its status before anything is thrown: this is
            // how the transport stops the sending of requests when their connection is lost.
            OperationCanceledException => new Status(
                StatusCode.Unavailable, "The connection failed: the transport gave the call up.", exception),
            HttpRequestException or IOException => new Status(
                StatusCode.Unavailable, "The connection failed: " + exception.Message, exception),
            _ => new Status(StatusCode.Internal, "The call failed: " + exception.Message, exception),
        };
    }
}
