using System.Diagnostics;

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

    private async Task<(int Code, string Output)> RunAsync(string requests, string method)
    {
        var protos = Path.Combine(AppContext.BaseDirectory, "Protos");
        var start = new ProcessStartInfo(
            MeshToolsFactAttribute.PathOf("grpcurl"),
            [
                "-plaintext", "-import-path", protos, "-proto", "echo.proto", "-d", requests,
                new Uri(_server.Address).Authority, $"mesh.grpc.tests.Echo/{method}",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(EchoServer.Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}
