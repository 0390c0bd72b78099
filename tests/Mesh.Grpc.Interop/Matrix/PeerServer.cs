using System.Diagnostics;
using System.Globalization;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>A peer's server, in a process that ends with this one.</summary>
internal sealed class PeerServer : IDisposable
{
    private const string Listening = "listening on port ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private PeerServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens, on loopback.</summary>
    public int Port { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<PeerServer> StartAsync(Peer peer)
    {
        var start = peer.Start("server", "--port=0");
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.Environment["END_WITH_INPUT"] = "1";
        var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            return line is not null && line.StartsWith(Listening, StringComparison.Ordinal)
                ? new PeerServer(process, int.Parse(line[Listening.Length..], CultureInfo.InvariantCulture))
                : throw new InteropException($"The server of {peer.Name} said '{line}' instead of '{Listening}N'.");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
