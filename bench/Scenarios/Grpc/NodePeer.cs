using System.Diagnostics;
using System.Text.Json;
using Mesh.Bench.Running;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>@grpc/grpc-js from npm, in a folder of its own for as long as the scenario runs.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    internal const string Kind = "grpc-js";

    private const string Package = "@grpc/grpc-js";
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(2);

    private readonly string _folder;

    private NodePeer(string folder, string version)
    {
        _folder = folder;
        Version = version;
    }

    internal string Version { get; }

    /// <summary>Installs it; says why and returns null where that cannot be.</summary>
    internal static async Task<NodePeer?> FindAsync(
        Layout layout, Action<string> say, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("mesh-bench-").FullName;
        try
        {
            string peer = Path.Combine(layout.Root, "bench", "Scenarios", "Grpc", "peer");
            foreach (string file in Directory.EnumerateFiles(peer))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(InstallLimit);
            using Process npm = Process.Start(new ProcessStartInfo(
                "npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> output = npm.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = npm.StandardError.ReadToEndAsync(limit.Token);
            await npm.WaitForExitAsync(limit.Token);
            if (npm.ExitCode == 0)
            {
                string package = Path.Combine(folder, "node_modules", Package, "package.json");
                using JsonDocument read = JsonDocument.Parse(await File.ReadAllTextAsync(package, cancellation));
                return new NodePeer(folder, $"{Package} {read.RootElement.GetProperty("version").GetString()}");
            }

            say($"SKIPPED {Package}: npm has ended with {npm.ExitCode}: {(await error + await output).Trim()}");
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            say($"SKIPPED {Package}: {failure.Message}");
        }

        Directory.Delete(folder, recursive: true);
        return null;
    }

    internal Task<ServerProcess> StartAsync(CancellationToken cancellation) => ServerProcess.StartAsync(
        Kind,
        output => ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "node",
            Arguments = [Path.Combine(_folder, "server.js")],
            Environment = new Dictionary<string, string?>(),
            OnOutput = output,
            OnError = line => Console.Error.WriteLine($"{Kind}: {line}"),
        }),
        cancellation);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
