using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>One address: states, servers that come and go, handlers of the user's own.</summary>
public sealed class ConnectionTests
{
    private static readonly TimeSpan ShortBackoff = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task State_ServerComesAndGoes_IsTold()
    {
        var server = await EchoServer.StartAsync();
        var channel = server.Channel;
        Assert.Equal(ConnectivityState.Idle, channel.State);

        await channel.ConnectAsync().WaitAsync(EchoServer.Patience);
        Assert.Equal(ConnectivityState.Ready, channel.State);
        await server.Client.UnaryAsync(new EchoRequest());
        Assert.Equal(1, server.Connections);

        await server.StopAtOnceAsync();
        await channel.WaitForStateChangedAsync(ConnectivityState.Ready).WaitAsync(EchoServer.Patience);
        Assert.Equal(ConnectivityState.Idle, channel.State);
        var failure = await StatusTests.FailureOf(server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(ConnectivityState.TransientFailure, channel.State);

        // The first call finds the new server, though the back-off has just begun.
        await using var next = await EchoServer.StartAsync(port: server.Port);
        Assert.Equal("x", (await server.Client.UnaryAsync(new EchoRequest { Text = "x" })).Text);
        Assert.Equal(ConnectivityState.Ready, channel.State);

        channel.Dispose();
        Assert.Equal(ConnectivityState.Shutdown, channel.State);
    }

    [Fact]
    public async Task WaitForReady_ServerComesLater_TheCallSucceeds()
    {
        var port = await FreePortAsync();
        using var channel = GrpcChannel.ForAddress(
            $"http://127.0.0.1:{port}", new GrpcChannelOptions { InitialReconnectBackoff = ShortBackoff });
        var client = new Echo.EchoClient(channel);
        var waiting = client.UnaryAsync(new EchoRequest { Text = "x" }, new CallOptions().WithWaitForReady());
        var connecting = channel.ConnectAsync();
        var failing = await StatusTests.FailureOf(client.UnaryAsync(new EchoRequest()).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, failing.StatusCode);
        Assert.False(waiting.ResponseAsync.IsCompleted);
        Assert.False(connecting.IsCompleted);

        await using var server = await EchoServer.StartAsync(port: port);

        Assert.Equal("x", (await waiting.ResponseAsync.WaitAsync(EchoServer.Patience)).Text);
        await connecting.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task WaitForReady_NobodyComes_TheDeadlineEndsIt()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await FreePortAsync()}");

        var failure = await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest(),
            new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(200)).WithWaitForReady()).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task ConnectAsync_CancelledOrDisposed_Ends()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await FreePortAsync()}");
        using var soon = new CancellationTokenSource(ShortBackoff);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.ConnectAsync(soon.Token));

        var connecting = channel.ConnectAsync();
        channel.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting.WaitAsync(EchoServer.Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.ConnectAsync());
    }

    [Fact]
    public async Task Connections_MoreCallsThanOneCarries_OpenFurther()
    {
        await using var server = await EchoServer.StartAsync(limit: limits => limits.Http2.MaxStreamsPerConnection = 2);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = 0;
        server.Service.OnUnary = async (_, _) =>
        {
            if (Interlocked.Increment(ref running) == 6)
            {
                all.SetResult();
            }

            await all.Task;
            return new EchoReply();
        };

        var calls = Enumerable.Range(0, 6).Select(_ => server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);
        await Task.WhenAll(calls).WaitAsync(EchoServer.Patience);

        Assert.InRange(server.Connections, 3, 6);
    }

    [Fact]
    public async Task Handler_SharedByChannels_ServesEach()
    {
        await using var first = await EchoServer.StartAsync();
        await using var second = await EchoServer.StartAsync();
        first.Service.OnUnary = (_, _) => Task.FromResult(new EchoReply { Text = "first" });
        second.Service.OnUnary = (_, _) => Task.FromResult(new EchoReply { Text = "second" });
        using var handler = new SocketsHttpHandler();
        var options = new GrpcChannelOptions { HttpHandler = handler };
        using var toFirst = GrpcChannel.ForAddress(first.Address, options);
        using var toSecond = GrpcChannel.ForAddress(second.Address, options);

        Assert.Equal("first", (await new Echo.EchoClient(toFirst).UnaryAsync(new EchoRequest())).Text);
        Assert.Equal("second", (await new Echo.EchoClient(toSecond).UnaryAsync(new EchoRequest())).Text);

        // And still serves who uses it without a channel.
        using var http = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, first.Address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await http.SendAsync(request, CancellationToken.None);
        Assert.Equal(ConnectivityState.Ready, toFirst.State);
    }

    [Fact]
    public async Task Handler_OfAnotherKind_ServesCallsButHasNoState()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(
            server.Address, new GrpcChannelOptions { HttpHandler = new Opaque(), DisposeHttpClient = true });

        Assert.Equal("x", (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "x" })).Text);

        Assert.Contains(
            "GrpcChannelOptions.HttpHandler",
            Assert.Throws<InvalidOperationException>(() => channel.State).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(
            "dns:///localhost",
            new GrpcChannelOptions { HttpHandler = new Opaque(), Credentials = ChannelCredentials.Insecure }));
    }

    /// <summary>A port on which nobody listens.</summary>
    internal static async Task<int> FreePortAsync()
    {
        await using var server = await EchoServer.StartAsync();
        return server.Port;
    }

    private sealed class Opaque : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(new SocketsHttpHandler());

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing) => _inner.Dispose();
    }
}
