using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Internal;
using Mesh.Grpc.Tests.Functional.Raw;
using Mesh.Grpc.Tests.Protos;

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

    // By a real server's frames, since it is the transport's words that decide.
    [Theory]
    [InlineData(RawFrames.GoAway, StatusCode.Unavailable)]
    [InlineData(RawFrames.Reset, StatusCode.Internal)]
    public async Task Status_OfAnEndWithoutError_TellsAClosedConnectionFromAResetStream(byte by, StatusCode expected)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = EndFirstCallAsync(listener, by == RawFrames.GoAway
            ? RawFrames.Frame(RawFrames.GoAway, 0, 0, [.. RawFrames.Number(0), .. RawFrames.Number(0)])
            : RawFrames.Frame(RawFrames.Reset, 0, 1, RawFrames.Number(0)));
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{listener.LocalEndpoint}");
        using AsyncServerStreamingCall<EchoReply> call = new Echo.EchoClient(channel).ServerStream(new EchoRequest());

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(expected, failure.StatusCode);
        await serving.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task Status_OfAPingThatIsNotAnswered_IsUnavailable()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = EndFirstCallAsync(listener, end: null);
        using SocketsHttpHandler handler = new()
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        };
        using GrpcChannel channel = GrpcChannel.ForAddress(
            $"http://{listener.LocalEndpoint}", new GrpcChannelOptions { HttpHandler = handler });
        using AsyncServerStreamingCall<EchoReply> call = new Echo.EchoClient(channel).ServerStream(new EchoRequest());

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        await serving.WaitAsync(EchoServer.Patience);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Call_OnAConnectionThatCloses_GoesToAnotherUnlessItsMessageHasBegunToLeave(bool begins, int sent)
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using ClosingHandler handler = new(begins);
        using GrpcChannel channel = GrpcChannel.ForAddress(
            server.Address, new GrpcChannelOptions { HttpHandler = handler });

        Task<EchoReply> reply = new Echo.EchoClient(channel)
            .UnaryAsync(new EchoRequest { Text = "once" }).ResponseAsync;

        if (begins)
        {
            Assert.Equal(StatusCode.Unavailable, (await StatusTests.FailureOf(reply)).StatusCode);
        }
        else
        {
            Assert.Equal("once", (await reply).Text);
        }

        Assert.Equal(sent, handler.Sent);
    }

    [Fact]
    public void Status_OfAnythingElse_IsInternal() =>
        Assert.Equal(StatusCode.Internal, CallFailure.ToStatus(new InvalidOperationException("bug")).StatusCode);

    /// <summary>
    /// Begins to answer the first call of a connection, then sends a frame and closes; or is silent until the client
    /// closes.
    /// </summary>
    private static async Task EndFirstCallAsync(TcpListener listener, byte[]? end)
    {
        const int prefaceBytes = 24;
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(RawFrames.Frame(RawFrames.Settings, 0, 0));
        await stream.ReadExactlyAsync(new byte[prefaceBytes]);
        var head = new byte[RawFrames.HeaderBytes];
        do
        {
            await stream.ReadExactlyAsync(head);
            await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8]);
        }
        while (head[3] != RawFrames.Headers);

        (string, string)[] headers = [(":status", "200"), ("content-type", "application/grpc")];
        await stream.WriteAsync((byte[])[.. RawFrames.HeadersFrame(1, headers), .. end ?? []]);
        if (end is not null)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        await stream.CopyToAsync(Stream.Null);
    }

    /// <summary>Loses the connection of the first request, before or after its message began to leave.</summary>
    private sealed class ClosingHandler(bool begins) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Sent { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (++Sent > 1)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (begins)
            {
                await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            }

            throw new HttpRequestException("The connection was closed.");
        }
    }
}
