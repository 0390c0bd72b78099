using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Grpc.Tests.Functional;

public sealed class MalformedRequestTests : IAsyncLifetime
{
    private const string Unary = "mesh.grpc.tests.Echo/Unary";
    private static readonly byte[] EmptyMessage = [0, 0, 0, 0, 0];

    private readonly HttpClient _http = RawClient.Create();
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task ContentType_Grpc_IsServed(string contentType)
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, EmptyMessage, contentType: contentType);

        Assert.Equal("0", RawClient.StatusOf(response));
        Assert.Equal([0, 0, 0, 0, 2, 24, 1], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc+json")]
    public async Task ContentType_Another_Is415(string contentType)
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, EmptyMessage, contentType: contentType);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Null(RawClient.StatusOf(response));
    }

    [Fact]
    public async Task Method_Get_Is405()
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, EmptyMessage, request => request.Method = HttpMethod.Get);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Http1_Request_IsToldToUpgrade()
    {
        await using var server = await EchoServer.StartAsync(HttpProtocols.Http1);
        using var response = await RawClient.SendAsync(
            _http, server.Address, Unary, EmptyMessage, request => request.Version = HttpVersion.Version11);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Theory]
    [InlineData(new byte[0], "13")]
    [InlineData(new byte[] { 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1, 2 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, "13")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "8")]
    public async Task Unary_BadBody_EndsWithTheStatusOfTheFault(byte[] body, string status)
    {
        using var response = await RawClient.SendAsync(_http, _server.Address, Unary, body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status, RawClient.StatusOf(response));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 127, 255, 255, 255 }, "8")]
    public async Task ClientStream_BadBody_EndsWithTheStatusOfTheFault(byte[] body, string status)
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, "mesh.grpc.tests.Echo/ClientStream", body);

        Assert.Equal(status, RawClient.StatusOf(response));
    }

    [Fact]
    public async Task Encoding_Unknown_IsUnimplementedAndTellsWhatIsKnown()
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, EmptyMessage,
            request => request.Headers.TryAddWithoutValidation("grpc-encoding", "br"));

        Assert.Equal("12", RawClient.StatusOf(response));
        Assert.Equal("identity,gzip,deflate", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    public async Task Timeout_Malformed_IsInternal(string timeout)
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, EmptyMessage,
            request => request.Headers.TryAddWithoutValidation("grpc-timeout", timeout));

        Assert.Equal("13", RawClient.StatusOf(response));
    }

    [Fact]
    public async Task BinaryMetadata_NotBase64_IsInternal()
    {
        _server.Service.OnUnary = (_, context) =>
            Task.FromResult(new Protos.EchoReply { Count = context.RequestHeaders.Count });
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, EmptyMessage,
            request => request.Headers.TryAddWithoutValidation("data-bin", "*not base64*"));

        Assert.Equal("13", RawClient.StatusOf(response));
    }

    [Fact]
    public async Task Path_UnknownAndIgnored_IsLeftToOthers()
    {
        await using var server = await EchoServer.StartAsync(
            configure: services => services.AddGrpc(options => options.IgnoreUnknownServices = true));
        using var response = await RawClient.SendAsync(
            _http, server.Address, "mesh.grpc.tests.Echo/Missing", EmptyMessage);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Null(RawClient.StatusOf(response));
    }

    [Fact]
    public async Task Path_NotGrpc_IsLeftToOthers()
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, "some/page", [], contentType: "text/plain");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
