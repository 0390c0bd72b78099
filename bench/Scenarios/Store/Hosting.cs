using Mesh.Partitions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>A partition host without an application around it.</summary>
internal sealed class Hosting<TProcessor> : IAsyncDisposable
    where TProcessor : class, IPartitionProcessor
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private Hosting(PartitionHost<TProcessor> host) => Host = host;

    internal PartitionHost<TProcessor> Host { get; }

    /// <summary>Starts a host and returns when it serves.</summary>
    /// <exception cref="BenchException">It does not.</exception>
    internal static async Task<Hosting<TProcessor>> StartAsync(
        PartitionHostOptions options, Func<int, TProcessor> create, CancellationToken cancellation)
    {
        PartitionHost<TProcessor> host = new(
            options, create, new Lifetime(), new Complaints());
        Hosting<TProcessor> hosting = new(host);
        try
        {
            await host.StartAsync(cancellation);
            await hosting.UntilAsync(host.Served, "is not serving", cancellation);
            return hosting;
        }
        catch
        {
            await hosting.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for something that the host brings about.</summary>
    /// <exception cref="BenchException">It failed, or it takes too long.</exception>
    internal async Task UntilAsync(Task done, string complaint, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        using PeriodicTimer timer = new(Beat);
        try
        {
            while (await Task.WhenAny(done, timer.WaitForNextTickAsync(limit.Token).AsTask()) != done)
            {
                limit.Token.ThrowIfCancellationRequested();
                if (Host.State == HostState.Failed)
                {
                    throw new BenchException($"The host {complaint}: {Host.Failure}");
                }
            }

            await done;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchException($"The host {complaint} after {Limit}; it is {Host.State}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync(CancellationToken.None);
        Host.Dispose();
    }

    // A host that starts over again and again spoils a measurement without failing: let it be seen.
    private sealed class Complaints : ILogger<PartitionHost<TProcessor>>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => level >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel level,
            EventId id,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(level))
            {
                Console.Error.WriteLine($"bench: host: {formatter(state, exception)} {exception?.Message}".TrimEnd());
            }
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
