using Grpc.Core;
using Grpc.Net.Client.Internal;

namespace Mesh.Grpc.Tests.Functional;

public sealed class CallFailureTests
{
    [Fact]
    public void Status_OfAConnectionThatWasLost_IsUnavailable()
    {
        Exception[] losses =
        [
            new HttpRequestException("refused"),
            new IOException("reset"),
            new TaskCanceledException("late", new TimeoutException("The connection was not there in time.")),
            new TaskCanceledException("The body is not wanted any more."),
        ];
        Assert.All(losses, loss =>
        {
            Status status = CallFailure.ToStatus(loss);
            Assert.Equal(StatusCode.Unavailable, status.StatusCode);
            Assert.StartsWith("The connection failed: ", status.Detail, StringComparison.Ordinal);
            Assert.Same(loss, status.DebugException);
        });
    }

    [Fact]
    public void Status_OfAResetStream_IsThatOfItsErrorCode()
    {
        const long refusedStream = 7;
        HttpProtocolException reset = new(refusedStream, "refused", null);
        Assert.Equal(StatusCode.Unavailable, CallFailure.ToStatus(new IOException("reset", reset)).StatusCode);
        Assert.Equal(StatusCode.NotFound, CallFailure.ToStatus(
            new HttpRequestException("", new RpcException(new Status(StatusCode.NotFound, "")))).StatusCode);
    }

    [Fact]
    public void Status_OfAnythingElse_IsInternal() =>
        Assert.Equal(StatusCode.Internal, CallFailure.ToStatus(new InvalidOperationException("bug")).StatusCode);
}
