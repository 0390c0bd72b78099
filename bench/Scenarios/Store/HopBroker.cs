using System.Globalization;
using Mesh.Bench.Running;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>The embedded broker, in a process of its own as it is in a mesh.</summary>
internal sealed class HopBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);
    private readonly ChildProcess _process;

    private HopBroker(ChildProcess process, string servers) => (_process, Servers) = (process, servers);

    internal string Servers { get; }

    internal static async Task<HopBroker> StartAsync(Layout layout, string folder, CancellationToken cancellation)
    {
        string servers = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePorts.Next()}");
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ChildProcess process = Programs.Start(
            layout.Assembly("cli", "mesh"),
            ["broker", "--listen", servers, "--data", Path.Combine(folder, "hop-broker")],
            _ => ready.TrySetResult(),
            line => Console.Error.WriteLine($"bench: broker: {line}"));
        HopBroker broker = new(process, servers);
        try
        {
            if (await Task.WhenAny(ready.Task, process.Exited).WaitAsync(StartLimit, cancellation) != ready.Task)
            {
                throw new BenchException($"The broker ended with {await process.Exited}.");
            }

            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(StopLimit);
        await _process.DisposeAsync();
    }
}
