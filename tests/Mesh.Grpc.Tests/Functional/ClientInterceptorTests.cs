using Grpc.Core;
using Grpc.Core.Interceptors;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

public sealed class ClientInterceptorTests : IAsyncLifetime
{
    private readonly List<string> _log = [];
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Intercept_SeveralAtOnce_TheFirstIsOutermost()
    {
        var client = new Echo.EchoClient(_server.Channel.Intercept(new Recorder("a", _log), new Recorder("b", _log)));

        await client.UnaryAsync(new EchoRequest());

        Assert.Equal(["a > AsyncUnaryCall", "b > AsyncUnaryCall", "b <", "a <"], _log);
    }

    [Fact]
    public async Task Intercept_OneAfterTheOther_TheLastIsOutermost()
    {
        var client = new Echo.EchoClient(
            _server.Channel.Intercept(new Recorder("a", _log)).Intercept(new Recorder("b", _log)));

        await client.UnaryAsync(new EchoRequest());

        Assert.Equal(["b > AsyncUnaryCall", "a > AsyncUnaryCall", "a <", "b <"], _log);
    }

    [Fact]
    public async Task Intercept_EveryKindOfCall_HasItsMethod()
    {
        var client = new Echo.EchoClient(_server.Channel.Intercept(new Recorder("a", _log)));

        Assert.Equal("x", client.Unary(new EchoRequest { Text = "x" }).Text);
        using var clientStream = client.ClientStream();
        await clientStream.RequestStream.CompleteAsync();
        await clientStream;
        using var serverStream = client.ServerStream(new EchoRequest { Replies = 1 });
        Assert.True(await serverStream.ResponseStream.MoveNext());
        using var duplex = client.Duplex();
        await duplex.RequestStream.CompleteAsync();
        Assert.False(await duplex.ResponseStream.MoveNext());

        Assert.Equal(
            [
                "a > BlockingUnaryCall", "a <", "a > AsyncClientStreamingCall", "a <",
                "a > AsyncServerStreamingCall", "a <", "a > AsyncDuplexStreamingCall", "a <",
            ],
            _log);
    }

    [Fact]
    public async Task Intercept_ByFunction_ChangesACopyOfTheHeadersOfEveryKind()
    {
        var seen = new List<string?>();
        Task<EchoReply> Note(ServerCallContext context)
        {
            seen.Add(context.RequestHeaders.GetValue("mine") + context.RequestHeaders.GetValue("added"));
            return Task.FromResult(new EchoReply());
        }

        _server.Service.OnUnary = (_, context) => Note(context);
        _server.Service.OnClientStream = (_, context) => Note(context);
        _server.Service.OnServerStream = (_, _, context) => Note(context);
        _server.Service.OnDuplex = (_, _, context) => Note(context);
        var headers = new Metadata { { "mine", "1" } };
        var client = new Echo.EchoClient(_server.Channel.Intercept(sent =>
        {
            sent.Add("added", "2");
            return sent;
        }));

        await client.UnaryAsync(new EchoRequest(), headers);
        client.Unary(new EchoRequest(), headers);
        using var clientStream = client.ClientStream(headers);
        await clientStream;
        using var serverStream = client.ServerStream(new EchoRequest(), headers);
        Assert.False(await serverStream.ResponseStream.MoveNext());
        using var duplex = client.Duplex(headers);
        Assert.False(await duplex.ResponseStream.MoveNext());

        Assert.Equal(["12", "12", "12", "12", "12"], seen);
        Assert.Single(headers);
    }

    [Fact]
    public async Task Interceptor_AnswersItself_TheServerIsNotCalled()
    {
        _server.Service.OnUnary = (_, _) => throw new RpcException(new Status(StatusCode.Internal, "called"));
        var client = new Echo.EchoClient(_server.Channel.Intercept(new Fake()));

        Assert.Equal("fake", (await client.UnaryAsync(new EchoRequest())).Text);
    }

    [Fact]
    public async Task Interceptor_CallsTwice_TheSecondAnswerCounts()
    {
        var calls = 0;
        _server.Service.OnUnary = (_, _) => ++calls == 1
            ? throw new RpcException(new Status(StatusCode.Unavailable, "not yet"))
            : Task.FromResult(new EchoReply { Count = calls });
        var client = new Echo.EchoClient(_server.Channel.Intercept(new Insistent()));

        Assert.Equal(2, (await client.UnaryAsync(new EchoRequest())).Count);
    }

    [Fact]
    public async Task Interceptor_ChangesTheDeadline_TheServerSeesIt()
    {
        DateTime seen = default;
        _server.Service.OnUnary = (_, context) =>
        {
            seen = context.Deadline;
            return Task.FromResult(new EchoReply());
        };
        var deadline = DateTime.UtcNow.AddMinutes(5);
        var client = new Echo.EchoClient(_server.Channel.Intercept(new Hurry(deadline)));

        await client.WithHost("elsewhere").UnaryAsync(new EchoRequest());

        Assert.InRange(seen, deadline.AddMinutes(-1), deadline.AddMinutes(1));
    }

    private sealed class Recorder(string name, List<string> log) : Interceptor
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
            Around(nameof(BlockingUnaryCall), () => continuation(request, context));

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            Around(nameof(AsyncUnaryCall), () => continuation(request, context));

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
            Around(nameof(AsyncServerStreamingCall), () => continuation(request, context));

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
            Around(nameof(AsyncClientStreamingCall), () => continuation(context));

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
            Around(nameof(AsyncDuplexStreamingCall), () => continuation(context));

        private T Around<T>(string kind, Func<T> call)
        {
            log.Add($"{name} > {kind}");
            var started = call();
            log.Add($"{name} <");
            return started;
        }
    }

    private sealed class Fake : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => new(
                Task.FromResult((TResponse)(object)new EchoReply { Text = "fake" }),
                Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, () => { });
    }

    private sealed class Insistent : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            var first = continuation(request, context);
            return new AsyncUnaryCall<TResponse>(
                AgainAsync(), first.ResponseHeadersAsync, first.GetStatus, first.GetTrailers, first.Dispose);

            async Task<TResponse> AgainAsync()
            {
                try
                {
                    return await first;
                }
                catch (RpcException)
                {
                    return await continuation(request, context);
                }
            }
        }
    }

    private sealed class Hurry(DateTime deadline) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => continuation(
                request,
                new ClientInterceptorContext<TRequest, TResponse>(
                    context.Method, context.Host, context.Options.WithDeadline(deadline)));
    }
}
