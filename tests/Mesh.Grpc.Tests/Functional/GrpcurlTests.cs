namespace Mesh.Grpc.Tests.Functional;

/// <summary>The server as grpcurl sees it: a client that others wrote, in another language.</summary>
public sealed class GrpcurlTests : IAsyncLifetime
{
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [MeshToolsFact("grpcurl")]
    public async Task Unary_ByGrpcurl_IsEchoed()
    {
        var (code, output) = await RunAsync("""{"text":"hei"}""", "Unary");

        Assert.Equal(0, code);
        Assert.Contains("\"text\": \"hei\"", output, StringComparison.Ordinal);
    }

    [MeshToolsFact("grpcurl")]
    public async Task Duplex_ByGrpcurl_IsEchoed()
    {
        var (code, output) = await RunAsync("""{"text":"one"} {"text":"two"}""", "Duplex");

        Assert.Equal(0, code);
        Assert.Contains("\"text\": \"two\"", output, StringComparison.Ordinal);
    }

    [MeshToolsFact("grpcurl")]
    public async Task NotImplemented_ByGrpcurl_IsUnimplemented()
    {
        // grpcurl exits with 64 plus the status code.
        Assert.Equal(64 + 12, (await RunAsync("{}", "NotImplemented")).Code);
    }

    private Task<(int Code, string Output)> RunAsync(string requests, string method) => Grpcurl.CallAsync(
        _server,
        ["-import-path", Path.Combine(AppContext.BaseDirectory, "Protos"), "-proto", "echo.proto", "-d", requests],
        $"mesh.grpc.tests.Echo/{method}");
}
