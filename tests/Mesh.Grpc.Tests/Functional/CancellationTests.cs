using Grpc.Core;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

public sealed class CancellationTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _handlerStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _handlerCancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Deadline_HandlerTooSlow_BothSidesNotice()
    {
        _server.Service.OnUnary = HangUntilCancelledAsync;

        var failure = await StatusTests.FailureOf(_server.Client.UnaryAsync(
            new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task Deadline_OnTheServerAlone_IsAnsweredThoughTheHandlerHangs()
    {
        var release = new TaskCompletionSource();
        _server.Service.OnUnary = async (_, _) =>
        {
            await release.Task;
            return new EchoReply();
        };
        using var http = RawClient.Create();
        using var response = await RawClient.SendAsync(
            http, _server.Address, "mesh.grpc.tests.Echo/Unary", [0, 0, 0, 0, 0],
            request => request.Headers.TryAddWithoutValidation("grpc-timeout", "100m"));

        Assert.Equal("4", RawClient.StatusOf(response));
        release.SetResult();
    }

    [Fact]
    public async Task Deadline_PassesWhileStreaming_EndsTheStream()
    {
        _server.Service.OnServerStream = async (_, responses, context) =>
        {
            await responses.WriteAsync(new EchoReply());
            await HangUntilCancelledAsync(new EchoRequest(), context);
        };

        using var call = _server.Client.ServerStream(
            new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(300));
        Assert.True(await call.ResponseStream.MoveNext());
        var failure = await StatusTests.FailureOf(call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task Deadline_AlreadyPassed_IsNotSent()
    {
        var wasCalled = false;
        _server.Service.OnUnary = (_, _) =>
        {
            wasCalled = true;
            return Task.FromResult(new EchoReply());
        };

        var failure = await StatusTests.FailureOf(
            _server.Client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(-1)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.False(wasCalled);
    }

    [Fact]
    public async Task Deadline_FarAway_IsSeenByTheHandlerAndPropagated()
    {
        DateTime seen = default, inner = default;
        _server.Service.OnUnary = async (request, context) =>
        {
            if (request.Text == "inner")
            {
                inner = context.Deadline;
                return new EchoReply();
            }

            seen = context.Deadline;
            return await _server.Client.UnaryAsync(
                new EchoRequest { Text = "inner" },
                new CallOptions(propagationToken: context.CreatePropagationToken()));
        };
        var deadline = DateTime.UtcNow.AddHours(1);

        await _server.Client.UnaryAsync(new EchoRequest(), deadline: deadline);

        Assert.InRange(seen, deadline.AddMinutes(-10), deadline.AddMinutes(10));
        Assert.InRange(inner, deadline.AddMinutes(-10), deadline.AddMinutes(10));
    }

    [Fact]
    public async Task Token_Cancelled_BothSidesNotice()
    {
        _server.Service.OnUnary = HangUntilCancelledAsync;
        using var cancellation = new CancellationTokenSource();
        var call = _server.Client.UnaryAsync(new EchoRequest(), cancellationToken: cancellation.Token);
        await _handlerStarted.Task.WaitAsync(EchoServer.Patience);

        await cancellation.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await StatusTests.FailureOf(call.ResponseAsync)).StatusCode);
        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task Token_CancelledBefore_IsCancelled()
    {
        var call = _server.Client.UnaryAsync(new EchoRequest(), cancellationToken: new CancellationToken(true));

        Assert.Equal(StatusCode.Cancelled, (await StatusTests.FailureOf(call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Duplex_DisposedAfterAResponse_HandlersReadFails()
    {
        _server.Service.OnDuplex = async (requests, responses, _) =>
        {
            await responses.WriteAsync(new EchoReply());
            try
            {
                await requests.MoveNext(CancellationToken.None);
            }
            catch (Exception)
            {
                _handlerCancelled.SetResult();
                throw;
            }
        };
        var call = _server.Client.Duplex();
        Assert.True(await call.ResponseStream.MoveNext());

        call.Dispose();

        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        var write = await StatusTests.FailureOf(call.RequestStream.WriteAsync(new EchoRequest()));
        Assert.Equal(StatusCode.Cancelled, write.StatusCode);
    }

    [Fact]
    public async Task ServerStream_ClientGone_WritesFailInTheEnd()
    {
        _server.Service.OnServerStream = async (_, responses, _) =>
        {
            try
            {
                while (true)
                {
                    await responses.WriteAsync(new EchoReply { Text = new string('x', 1_000) });
                }
            }
            catch (Exception)
            {
                _handlerCancelled.SetResult();
                throw;
            }
        };
        var call = _server.Client.ServerStream(new EchoRequest());
        Assert.True(await call.ResponseStream.MoveNext());

        call.Dispose();

        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task Read_TokenCancelled_CancelsTheCall()
    {
        _server.Service.OnServerStream = (_, _, context) => HangUntilCancelledAsync(new EchoRequest(), context);
        using var call = _server.Client.ServerStream(new EchoRequest());
        using var cancellation = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(cancellation.Token);
        await _handlerStarted.Task.WaitAsync(EchoServer.Patience);

        await cancellation.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await StatusTests.FailureOf(read)).StatusCode);
        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task Channel_Disposed_CancelsItsCalls()
    {
        _server.Service.OnUnary = HangUntilCancelledAsync;
        var call = _server.Client.UnaryAsync(new EchoRequest());
        await _handlerStarted.Task.WaitAsync(EchoServer.Patience);

        _server.Channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await StatusTests.FailureOf(call.ResponseAsync)).StatusCode);
        await _handlerCancelled.Task.WaitAsync(EchoServer.Patience);
    }

    private async Task<EchoReply> HangUntilCancelledAsync(EchoRequest request, ServerCallContext context)
    {
        _handlerStarted.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            _handlerCancelled.TrySetResult();
        }

        return new EchoReply();
    }
}
