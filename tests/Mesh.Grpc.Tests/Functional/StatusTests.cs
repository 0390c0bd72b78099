using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Grpc.Tests.Protos;
using Microsoft.Extensions.DependencyInjection;
using Google.Protobuf;

namespace Mesh.Grpc.Tests.Functional;

public sealed class StatusTests : IAsyncLifetime
{
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(StatusCode.InvalidArgument, "plain text")]
    [InlineData(StatusCode.NotFound, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")]
    [InlineData(StatusCode.Unauthenticated, "100 % näkymätön")]
    [InlineData(StatusCode.DataLoss, "")]
    public async Task Unary_HandlerThrowsRpcException_StatusAndMessageArrive(StatusCode code, string detail)
    {
        _server.Service.OnUnary = (_, _) => throw new RpcException(new Status(code, detail));

        var failure = await FailureOf(_server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(code, failure.StatusCode);
        Assert.Equal(detail, failure.Status.Detail);
    }

    [Fact]
    public async Task Unary_HandlerSetsStatus_StatusArrives()
    {
        _server.Service.OnUnary = (_, context) =>
        {
            context.Status = new Status(StatusCode.Aborted, "set");
            return Task.FromResult(new EchoReply());
        };

        var failure = await FailureOf(_server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Aborted, failure.StatusCode);
    }

    [Fact]
    public async Task Unary_HandlerThrowsAnother_IsUnknownWithoutTheMessage()
    {
        _server.Service.OnUnary = (_, _) => throw new InvalidOperationException("secret");

        var failure = await FailureOf(_server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.DoesNotContain("secret", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unary_HandlerThrowsAnother_DetailedErrorsTellEverything()
    {
        await using var server = await EchoServer.StartAsync(configure: services =>
            services.AddGrpc(options => options.EnableDetailedErrors = true));
        server.Service.OnUnary = (_, _) =>
            throw new InvalidOperationException("outer", new ArgumentException("inner"));

        var failure = await FailureOf(server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(
            "Exception was thrown by handler. InvalidOperationException: outer ArgumentException: inner",
            failure.Status.Detail);
    }

    [Fact]
    public async Task Unary_ResponseAboveServerLimit_IsResourceExhausted()
    {
        await using var server = await EchoServer.StartAsync(configure: services =>
            services.AddGrpc(options => options.MaxSendMessageSize = 1_000));

        var failure = await FailureOf(server.Client.UnaryAsync(
            new EchoRequest { Text = new string('x', 1_000) }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task Option_NegativeLimit_StopsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => EchoServer.StartAsync(
            configure: services => services.AddGrpc(options => options.MaxReceiveMessageSize = -1)));

        Assert.Contains("MaxReceiveMessageSize is -1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerStream_FailsAfterMessages_MessagesAndStatusArrive()
    {
        _server.Service.OnServerStream = async (_, responses, context) =>
        {
            await responses.WriteAsync(new EchoReply { Count = 1 });
            await responses.WriteAsync(new EchoReply { Count = 2 });
            context.ResponseTrailers.Add("from-context", "a");
            throw new RpcException(
                new Status(StatusCode.FailedPrecondition, "enough"), new Metadata { { "from-exception", "b" } });
        };

        using var call = _server.Client.ServerStream(new EchoRequest());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var failure = await FailureOf(call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal("a", failure.Trailers.GetValue("from-context"));
        Assert.Equal("b", call.GetTrailers().GetValue("from-exception"));
    }

    [Fact]
    public async Task ClientStream_HandlerRefusesEarly_StatusArrivesAndWritesFail()
    {
        _server.Service.OnClientStream = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "no"));

        using var call = _server.Client.ClientStream();
        var failure = await FailureOf(call.ResponseAsync);

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        var write = await FailureOf(call.RequestStream.WriteAsync(new EchoRequest()));
        Assert.Equal(StatusCode.NotFound, write.StatusCode);
    }

    [Fact]
    public async Task Unary_MethodNotOverridden_IsUnimplemented()
    {
        var failure = await FailureOf(_server.Client.NotImplementedAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Theory]
    [InlineData("mesh.grpc.tests.Echo", "Missing")]
    [InlineData("mesh.grpc.tests.Missing", "Unary")]
    public async Task Unary_UnknownMethodOrService_IsUnimplemented(string service, string name)
    {
        var method = new Method<string, string>(
            MethodType.Unary, service, name, Marshallers.StringMarshaller, Marshallers.StringMarshaller);

        var failure = await FailureOf(
            _server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, "x").ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task Unary_RequestAboveServerLimit_IsResourceExhausted()
    {
        var request = new EchoRequest { Payload = ByteString.CopyFrom(new byte[(4 * 1024 * 1024) + 1]) };

        var failure = await FailureOf(_server.Client.UnaryAsync(request).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task Unary_ResponseAboveClientLimit_IsResourceExhausted()
    {
        using var channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = 1_000 });

        var failure = await FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Payload = ByteString.CopyFrom(new byte[1_001]) }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task Unary_RequestAboveClientLimit_IsNotSent()
    {
        using var channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { MaxSendMessageSize = 1_000 });

        var failure = await FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Payload = ByteString.CopyFrom(new byte[1_001]) }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task Unary_NobodyListens_IsUnavailable()
    {
        string address;
        await using (var gone = await EchoServer.StartAsync())
        {
            address = gone.Address;
        }

        using var channel = GrpcChannel.ForAddress(address);
        var failure = await FailureOf(new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    [Fact]
    public async Task Duplex_NobodyListens_ReadAndCompleteFail()
    {
        string address;
        await using (var gone = await EchoServer.StartAsync())
        {
            address = gone.Address;
        }

        using var channel = GrpcChannel.ForAddress(address);
        using var call = new Echo.EchoClient(channel).Duplex();
        var failure = await FailureOf(call.ResponseStream.MoveNext(CancellationToken.None));
        var complete = await FailureOf(call.RequestStream.CompleteAsync());

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(StatusCode.Unavailable, complete.StatusCode);
    }

    [Fact]
    public async Task Unary_ChannelDisposed_CannotStart()
    {
        var channel = GrpcChannel.ForAddress(_server.Address);
        var client = new Echo.EchoClient(channel);
        channel.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.UnaryAsync(new EchoRequest()));
    }

    [Fact]
    public async Task GetStatus_CallUnderWay_Throws()
    {
        using var call = _server.Client.Duplex();

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        await call.RequestStream.CompleteAsync();
    }

    internal static async Task<RpcException> FailureOf(Task call) =>
        await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(EchoServer.Patience));
}
