using System.Diagnostics;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Runs grpcurl against a server.</summary>
internal static class Grpcurl
{
    /// <summary>Asks for something that needs no options.</summary>
    public static Task<(int Code, string Output)> RunAsync(EchoServer server, params string[] words) =>
        CallAsync(server, [], words);

    /// <summary>Runs it with options before the address and words after it.</summary>
    public static async Task<(int Code, string Output)> CallAsync(
        EchoServer server, string[] options, params string[] words)
    {
        var start = new ProcessStartInfo(
            MeshToolsFactAttribute.PathOf("grpcurl"),
            ["-plaintext", .. options, new Uri(server.Address).Authority, .. words])
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
