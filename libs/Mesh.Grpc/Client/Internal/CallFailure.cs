using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>The status that stands for a failure below gRPC, of a call that was not ended from above.</summary>
internal static class CallFailure
{
    private const long NoError = 0;

    // A connection that was lost and a stream that was reset come as the same exception, with the same codes; the
    // transport tells them apart by its words alone. Should those change, a loss is told as a reset: INTERNAL.
    private const string ConnectionClosed = "The HTTP/2 server closed the connection";
    private const string PingNotAnswered = "The HTTP/2 server didn't respond to a ping";

    public static Status ToStatus(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RpcException rpc:
                    return rpc.Status;
                case HttpProtocolException lost when IsLostConnection(lost):
                    return new Status(StatusCode.Unavailable, "The connection failed: " + lost.Message, exception);
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

    // A server that closes in good order gives no error; with any other code the code says more.
    private static bool IsLostConnection(HttpProtocolException failure) =>
        failure.Message.StartsWith(PingNotAnswered, StringComparison.Ordinal)
        || (failure.ErrorCode == NoError && failure.Message.StartsWith(ConnectionClosed, StringComparison.Ordinal));
}
