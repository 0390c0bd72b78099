using Grpc.Core;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

public sealed class MetadataTests : IAsyncLifetime
{
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Headers_TextAndBinary_ArriveOnTheServer()
    {
        Metadata? received = null;
        _server.Service.OnUnary = (_, context) =>
        {
            received = context.RequestHeaders;
            return Task.FromResult(new EchoReply());
        };

        await _server.Client.UnaryAsync(new EchoRequest(), new Metadata
        {
            { "Some-Key", "some value" },
            { "twice-bin", new byte[] { 1 } },
            { "twice-bin", new byte[] { 2 } },
            { "data-bin", new byte[] { 0, 1, 255 } },
        });

        Assert.NotNull(received);
        Assert.Equal("some value", received.GetValue("some-key"));
        Assert.Equal([1, 2], received.GetAll("twice-bin").SelectMany(entry => entry.ValueBytes));
        Assert.Equal(new byte[] { 0, 1, 255 }, received.GetValueBytes("data-bin"));
        Assert.DoesNotContain(received, entry => entry.Key is "content-type" or "te" || entry.Key[0] == ':');
    }

    [Fact]
    public async Task Unary_HeadersAndTrailers_ArriveOnTheClient()
    {
        _server.Service.OnUnary = async (_, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "first", "1" }, { "first-bin", [1, 2] } });
            context.ResponseTrailers.Add("last", "2");
            context.ResponseTrailers.Add("last-bin", [3, 4, 5, 6]);
            return new EchoReply();
        };

        using var call = _server.Client.UnaryAsync(new EchoRequest());
        var headers = await call.ResponseHeadersAsync;
        await call;

        Assert.Equal("1", headers.GetValue("first"));
        Assert.Equal(new byte[] { 1, 2 }, headers.GetValueBytes("first-bin"));
        Assert.Equal("2", call.GetTrailers().GetValue("last"));
        Assert.Equal(new byte[] { 3, 4, 5, 6 }, call.GetTrailers().GetValueBytes("last-bin"));
        Assert.Equal(2, call.GetTrailers().Count);
    }

    [Fact]
    public async Task Duplex_HeadersWrittenFirst_ArriveBeforeAnyMessage()
    {
        _server.Service.OnDuplex = async (requests, _, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "early", "yes" } });
            await requests.MoveNext();
        };

        // Often enough for a head that only sometimes waits for a body.
        for (var i = 0; i < 200; i++)
        {
            using var call = _server.Client.Duplex();
            var headers = await call.ResponseHeadersAsync.WaitAsync(EchoServer.Patience);

            Assert.Equal("yes", headers.GetValue("early"));
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext());
        }
    }

    [Fact]
    public async Task TrailersOnly_FailureWithTrailers_CarriesThem()
    {
        var details = new byte[] { 8, 3, 18, 0 };
        _server.Service.OnUnary = (_, _) => throw new RpcException(
            new Status(StatusCode.InvalidArgument, "bad"), new Metadata { { "grpc-status-details-bin", details } });

        var failure = await StatusTests.FailureOf(_server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(details, failure.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public async Task WriteResponseHeaders_Twice_Fails()
    {
        var second = new TaskCompletionSource<Exception?>();
        _server.Service.OnUnary = async (_, context) =>
        {
            await context.WriteResponseHeadersAsync([]);
            second.SetResult(await Record.ExceptionAsync(() => context.WriteResponseHeadersAsync([])));
            return new EchoReply();
        };

        await _server.Client.UnaryAsync(new EchoRequest());

        Assert.IsType<InvalidOperationException>(await second.Task);
    }

    [Fact]
    public async Task Context_KnowsItsCall()
    {
        ServerCallContext? seen = null;
        string? peer = null, host = null, path = null;
        _server.Service.OnUnary = (_, context) =>
        {
            seen = context;
            (peer, host, path) = (context.Peer, context.Host, context.GetHttpContext().Request.Path);
            context.UserState["key"] = "value";
            return Task.FromResult(new EchoReply());
        };

        await _server.Client.UnaryAsync(new EchoRequest());

        Assert.Equal("/mesh.grpc.tests.Echo/Unary", seen!.Method);
        Assert.Equal(seen.Method, path);
        Assert.StartsWith("ipv4:127.0.0.1:", peer, StringComparison.Ordinal);
        Assert.Equal(new Uri(_server.Address).Authority, host);
        Assert.Equal(DateTime.MaxValue, seen.Deadline);
        Assert.Equal("value", seen.UserState["key"]);
    }
}
