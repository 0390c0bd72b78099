using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>What a caller may count on: exceptions, propagation, disposal, a peer that vanishes.</summary>
public sealed class ClientRulesTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task ThrowOperationCanceled_WhateverEndsTheCallHere_IsThrown()
    {
        _server.Service.OnUnary = HangAsync;
        _server.Service.OnServerStream = (_, _, context) => HangAsync(new EchoRequest(), context);
        using var channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        var client = new Echo.EchoClient(channel);
        using var cancellation = new CancellationTokenSource();

        var late = client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(100));
        var tooLate = client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(-1));
        var disposed = client.UnaryAsync(new EchoRequest());
        var cancelled = client.ServerStream(new EchoRequest(), cancellationToken: cancellation.Token);
        var read = cancelled.ResponseStream.MoveNext();
        disposed.Dispose();
        await cancellation.CancelAsync();

        Assert.Equal(StatusCode.DeadlineExceeded, (await CancellationOf(late.ResponseAsync)).StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, (await CancellationOf(tooLate.ResponseAsync)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, (await CancellationOf(disposed.ResponseAsync)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, (await CancellationOf(read)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, cancelled.GetStatus().StatusCode);
        var token = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.ResponseHeadersAsync);
        Assert.Equal(cancellation.Token, token.CancellationToken);
    }

    [Fact]
    public async Task ThrowOperationCanceled_ServerCancels_IsAnRpcException()
    {
        _server.Service.OnUnary = (_, _) => throw new RpcException(new Status(StatusCode.Cancelled, "by the server"));
        using var channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });

        var failure = await StatusTests.FailureOf(
            new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal("by the server", failure.Status.Detail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Propagation_OuterCallIsCancelled_InnerOneAsTheOptionsSay(bool propagates)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var innerEnd = new TaskCompletionSource<StatusCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Service.OnUnary = async (request, context) =>
        {
            if (request.Text == "inner")
            {
                _started.TrySetResult();
                await Task.WhenAny(release.Task, Task.Delay(Timeout.Infinite, context.CancellationToken));
                return new EchoReply();
            }

            var token = context.CreatePropagationToken(
                new ContextPropagationOptions(propagateDeadline: true, propagateCancellation: propagates));
            using var inner = _server.Client.UnaryAsync(
                new EchoRequest { Text = "inner" }, new CallOptions(propagationToken: token));
            await Task.WhenAny(inner.ResponseAsync);
            innerEnd.SetResult(inner.GetStatus().StatusCode);
            return new EchoReply();
        };
        using var cancellation = new CancellationTokenSource();
        var outer = _server.Client.UnaryAsync(new EchoRequest(), cancellationToken: cancellation.Token);
        await _started.Task.WaitAsync(EchoServer.Patience);

        await cancellation.CancelAsync();
        await StatusTests.FailureOf(outer.ResponseAsync);
        if (!propagates)
        {
            release.SetResult();
        }

        Assert.Equal(
            propagates ? StatusCode.Cancelled : StatusCode.OK, await innerEnd.Task.WaitAsync(EchoServer.Patience));
    }

    [Theory]
    [InlineData(DateTimeKind.Local)]
    [InlineData(DateTimeKind.Unspecified)]
    public void Deadline_NotInUtc_IsRefused(DateTimeKind kind)
    {
        var deadline = DateTime.SpecifyKind(DateTime.UtcNow.AddMinutes(1), kind);

        var refusal = Assert.Throws<InvalidOperationException>(
            () => _server.Client.UnaryAsync(new EchoRequest(), deadline: deadline));

        Assert.Contains("CallOptions.Deadline", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadline_MinOrMax_EndsAtOnceOrNever()
    {
        var failure = await StatusTests.FailureOf(
            _server.Client.UnaryAsync(new EchoRequest(), deadline: DateTime.MinValue).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await _server.Client.UnaryAsync(new EchoRequest(), deadline: DateTime.MaxValue);
    }

    [Fact]
    public async Task Dispose_AfterTheEnd_ChangesNothing()
    {
        var call = _server.Client.UnaryAsync(new EchoRequest { Text = "x" });
        var reply = await call;

        call.Dispose();
        call.Dispose();

        Assert.Equal("x", reply.Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
        Assert.NotNull(await call.ResponseHeadersAsync);
    }

    [Fact]
    public async Task ClientStream_MessageCannotBeSerialised_ItAloneFails()
    {
        // So large that half of it is in the buffer before it fails.
        var method = new Method<string, string>(
            MethodType.ClientStreaming,
            "mesh.grpc.tests.Echo",
            "ClientStream",
            Marshallers.Create<string>(
                (text, context) =>
                {
                    var bytes = new EchoRequest { Text = text };
                    context.SetPayloadLength(bytes.CalculateSize() + (text == "bad" ? 100_000 : 0));
                    var writer = context.GetBufferWriter();
                    Google.Protobuf.MessageExtensions.WriteTo(bytes, writer);
                    if (text == "bad")
                    {
                        writer.GetSpan(50_000);
                        writer.Advance(50_000);
                        writer.GetSpan(50_000);
                        throw new InvalidOperationException("cannot");
                    }

                    context.Complete();
                },
                context => EchoReply.Parser.ParseFrom(context.PayloadAsReadOnlySequence()).Text),
            Marshallers.Create<string>(
                (_, _) => throw new NotSupportedException(),
                context => EchoReply.Parser.ParseFrom(context.PayloadAsReadOnlySequence()).Text));

        using var call = _server.Channel.CreateCallInvoker().AsyncClientStreamingCall(method, null, default);
        await call.RequestStream.WriteAsync("a");
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync("bad"));
        await call.RequestStream.WriteAsync("b");
        await call.RequestStream.CompleteAsync();

        Assert.Equal("b", await call.ResponseAsync.WaitAsync(EchoServer.Patience));
    }

    // A peer that vanishes without a word is noticed by HTTP/2 pings, which the channel's own handler sends as well.
    [Fact]
    public async Task KeepAlive_PeerIsSilent_TheCallAndItsConnectionEnd()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var channel = GrpcChannel.ForAddress(
            $"http://{silent.LocalEndpoint}",
            new GrpcChannelOptions
            {
                DisposeHttpClient = true,
                HttpHandler = new SocketsHttpHandler
                {
                    KeepAlivePingDelay = TimeSpan.FromSeconds(1),
                    KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
                },
            });
        var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest());
        using var socket = await silent.AcceptSocketAsync();

        // An empty SETTINGS frame makes it an HTTP/2 server; that is the last it says.
        await socket.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });

        var failure = await StatusTests.FailureOf(call.ResponseAsync);

        // .NET reports the missing answer as a PROTOCOL_ERROR, which gRPC's mapping calls INTERNAL.
        Assert.Contains(failure.StatusCode, new[] { StatusCode.Internal, StatusCode.Unavailable });
        await channel.WaitForStateChangedAsync(ConnectivityState.Ready).WaitAsync(EchoServer.Patience);
    }

    private static async Task<RpcException> CancellationOf(Task call)
    {
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => call.WaitAsync(EchoServer.Patience));
        return Assert.IsType<RpcException>(cancelled.InnerException);
    }

    private static async Task<EchoReply> HangAsync(EchoRequest request, ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new EchoReply();
    }
}
