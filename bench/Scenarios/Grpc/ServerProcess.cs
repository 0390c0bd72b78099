using System.Globalization;
using Mesh.Bench.Measuring;
using Mesh.Bench.Running;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>A server in a process of its own, so that its CPU time is its alone.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    // What ASP.NET Core applications run with unless they say otherwise.
    private static readonly Dictionary<string, string?> Environment = new() { ["DOTNET_gcServer"] = "1" };

    private readonly ChildProcess _process;
    private readonly HttpClient _http = new();
    private readonly int? _countersPort;

    private ServerProcess(ChildProcess process, int port, int? countersPort)
    {
        _process = process;
        Port = port;
        _countersPort = countersPort;
    }

    internal int Port { get; }

    /// <summary>Starts one of ours: <see cref="EchoHost"/>.</summary>
    internal static Task<ServerProcess> StartAsync(string kind, CancellationToken cancellation) => StartAsync(
        kind,
        output => Programs.Start(
            typeof(ServerProcess).Assembly.Location,
            [GrpcScenario.ServerCommand, kind],
            output,
            line => Console.Error.WriteLine($"{kind}: {line}"),
            Environment),
        cancellation);

    /// <summary>Starts any program that says <see cref="EchoHost.Ready"/> and its port.</summary>
    /// <exception cref="BenchException">It does not.</exception>
    internal static async Task<ServerProcess> StartAsync(
        string kind, Func<Action<string>, ChildProcess> start, CancellationToken cancellation)
    {
        TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ChildProcess process = start(line =>
        {
            if (line.StartsWith(EchoHost.Ready, StringComparison.Ordinal))
            {
                ready.TrySetResult(line);
            }
        });
        try
        {
            Task first = await Task.WhenAny(ready.Task, process.Exited).WaitAsync(StartLimit, cancellation);
            if (first != ready.Task)
            {
                throw new BenchException($"The server '{kind}' has ended with {await process.Exited}.");
            }

            int[] ports = [.. (await ready.Task)[EchoHost.Ready.Length..].Split(' ')
                .Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
            return new ServerProcess(process, ports[0], ports.Length > 1 ? ports[1] : null);
        }
        catch (Exception failure)
        {
            await process.DisposeAsync();
            throw failure is TimeoutException ? new BenchException($"The server '{kind}' does not start.") : failure;
        }
    }

    internal CpuSample Cpu() => CpuSample.Take([new MeshProcess(_process.Name, _process.Id, WithChildren: false)]);

    /// <summary>Bytes allocated so far; null where the server cannot tell.</summary>
    internal async Task<long?> AllocatedAsync(CancellationToken cancellation) => _countersPort is { } port
        ? long.Parse(
            await _http.GetStringAsync($"http://127.0.0.1:{port}/", cancellation), CultureInfo.InvariantCulture)
        : null;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.StopAsync(TimeSpan.FromSeconds(2));
        await _process.DisposeAsync();
    }
}
