using System.Diagnostics;

namespace Mesh.Bus.Setup;

/// <summary>How long a setup may still wait for its broker.</summary>
internal sealed class Deadline(BusOptions options, CancellationToken cancellation)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public CancellationToken Cancellation { get; } = cancellation;

    public void ThrowIfPassed(Exception? cause)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_start) >= options.BrokerWait)
        {
            throw new BrokerUnreachableException(options.BootstrapServers, options.BrokerWait, cause);
        }
    }

    public async Task WaitAsync(TimeSpan pause)
    {
        ThrowIfPassed(null);
        await Task.Delay(pause, Cancellation);
    }
}
