using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>
/// Stops the process with whoever started it: the parent holds the other end of standard input, and the kernel closes
/// it when the parent dies, even by SIGKILL. Only when <c>MESH_PARENT_PIPE=1</c>.
/// </summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, ILogger<ParentWatch> logger) : IHostedService
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("MESH_PARENT_PIPE") == "1")
        {
            new Thread(Watch) { IsBackground = true, Name = "parent watch" }.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using Stream input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0)
        {
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }

        HostingMessages.ParentGone(logger);
        lifetime.StopApplication();
        // Whatever hangs, nothing outlives the parent for long.
        if (!lifetime.ApplicationStopped.WaitHandle.WaitOne(StopLimit))
        {
            Environment.Exit(1);
        }
    }
}
