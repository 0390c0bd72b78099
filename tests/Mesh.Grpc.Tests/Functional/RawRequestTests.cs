using Grpc.Core;
using Mesh.Grpc.Tests.Functional.Raw;
using Mesh.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>What no HTTP client can be made to do.</summary>
public sealed class RawRequestTests : IAsyncLifetime
{
    private const int Streams = 1_000;

    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync(
        configure: services => services.Configure<KestrelServerOptions>(
            kestrel => kestrel.Limits.Http2.MaxStreamsPerConnection = Streams));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Reset_MidMessage_HandlerIsToldAndTheNextCallIsAnswered()
    {
        var told = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Service.OnClientStream = async (requests, _) =>
        {
            told.SetResult(await Record.ExceptionAsync(() => requests.MoveNext(CancellationToken.None)));
            return new EchoReply();
        };
        await using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(
        [
            .. RawFrames.HeadersFrame(1, RawFrames.RequestHeaders("/mesh.grpc.tests.Echo/ClientStream")),
            .. RawFrames.Frame(RawFrames.Data, 0, 1, RawFrames.Message(10, 3, 104, 101, 105)[..7]),
            .. RawFrames.Frame(RawFrames.Reset, 0, 1, RawFrames.Number(8)),
        ]);

        Assert.NotNull(await told.Task.WaitAsync(EchoServer.Patience));
        await AssertServedAsync(connection, 3);
    }

    [Fact]
    public async Task Length_BeyondTheLimit_IsRefusedBeforeTheBodyComes()
    {
        await using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(
        [
            .. RawFrames.HeadersFrame(1, RawFrames.RequestHeaders()),
            .. RawFrames.Frame(RawFrames.Data, 0, 1, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3),
        ]);
        await connection.Reply(1).Ended.WaitAsync(EchoServer.Patience);

        Assert.Equal("8", connection.Reply(1).GrpcStatus);
        await AssertServedAsync(connection, 3);
    }

    [Fact]
    public async Task Connection_LostMidMessage_CancelsTheCall()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Service.OnClientStream = async (_, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await cancelled.Task;
            return new EchoReply();
        };
        await using (var connection = await RawConnection.OpenAsync(_server.Address))
        {
            await connection.SendAsync(
            [
                .. RawFrames.HeadersFrame(1, RawFrames.RequestHeaders("/mesh.grpc.tests.Echo/ClientStream")),
                .. RawFrames.Frame(RawFrames.Data, 0, 1, 0, 0, 0),
            ]);
            await started.Task.WaitAsync(EchoServer.Patience);
        }

        await cancelled.Task.WaitAsync(EchoServer.Patience);
        await using var next = await RawConnection.OpenAsync(_server.Address);
        await AssertServedAsync(next, 1);
    }

    [Fact]
    public async Task ThousandStreams_OneReadsNothing_OthersEndAndItsWriterWaits()
    {
        const int slow = 1;
        const int replies = 300;
        const int replyBytes = 1_000;
        var (started, written) = (0, 0);
        var allStarted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Service.OnServerStream = async (request, responses, _) =>
        {
            if (Interlocked.Increment(ref started) == Streams)
            {
                allStarted.SetResult();
            }

            await allStarted.Task;
            for (var i = 0; i < (request.Text == "slow" ? replies : 3); i++)
            {
                await responses.WriteAsync(new EchoReply { Text = new string('x', replyBytes) });
                written += request.Text == "slow" ? 1 : 0;
            }
        };
        await using var connection = await RawConnection.OpenAsync(_server.Address);
        connection.Reads = stream => stream != slow;
        const string path = "/mesh.grpc.tests.Echo/ServerStream";
        await connection.SendAsync(RawFrames.Request(slow, path, [10, 4, .. "slow"u8]));
        for (var i = 1; i < Streams; i++)
        {
            await connection.SendAsync(RawFrames.Request((2 * i) + 1, path, [10, 1, (byte)'x']));
        }

        for (var i = 1; i < Streams; i++)
        {
            var reply = connection.Reply((2 * i) + 1);
            await reply.Ended.WaitAsync(EchoServer.Patience);
            Assert.Equal("0", reply.GrpcStatus);
            Assert.InRange(reply.DataBytes, 3 * replyBytes, 3 * (replyBytes + 20));
        }

        // Its window is full, its writer waits: what the server holds for it is Kestrel's buffer of 64 KiB.
        await Until(() => connection.Reply(slow).DataBytes == 65_535 && Volatile.Read(ref written) >= 65);
        Assert.False(connection.Reply(slow).Ended.IsCompleted);
        Assert.InRange(written, 65, 65 + 66);

        connection.Reads = _ => true;
        await connection.SendAsync(RawFrames.Frame(RawFrames.WindowUpdate, 0, slow, RawFrames.Number(1_000_000)));
        await connection.Reply(slow).Ended.WaitAsync(EchoServer.Patience);
        Assert.Equal("0", connection.Reply(slow).GrpcStatus);
        Assert.InRange(connection.Reply(slow).DataBytes, replies * replyBytes, replies * (replyBytes + 20));
    }

    private static async Task AssertServedAsync(RawConnection connection, int stream)
    {
        await connection.SendAsync(RawFrames.Request(stream, RawFrames.UnaryPath, [10, 1, (byte)'x']));
        await connection.Reply(stream).Ended.WaitAsync(EchoServer.Patience);
        Assert.Equal("0", connection.Reply(stream).GrpcStatus);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(EchoServer.Patience);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
