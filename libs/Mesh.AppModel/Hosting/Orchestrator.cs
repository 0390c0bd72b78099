using System.Collections.Concurrent;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// Starts resources in dependency order, those that do not wait for each other at the same time, and stops them in the
/// reverse order.
/// </summary>
internal sealed class Orchestrator : IAsyncDisposable
{
    private readonly IReadOnlyList<Resource> _resources;
    private readonly Launcher _launcher;
    private readonly ConcurrentQueue<RunningPart> _parts = new();
    private readonly TaskCompletionSource<string> _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _halt = new();
    private volatile bool _stopping;

    internal Orchestrator(
        IReadOnlyList<Resource> resources, StateDirectory state, HostLocation location, TextWriter terminal)
    {
        _resources = resources;
        _launcher = new Launcher(state, location, terminal, Watch);
    }

    /// <summary>What runs, in the order in which it was started.</summary>
    internal IReadOnlyCollection<RunningPart> Parts => _parts;

    /// <summary>Completes when a part ends that nobody stopped: says which, how, and its last words.</summary>
    internal Task<string> Death => _death.Task;

    /// <summary>Starts everything; returns when all is ready.</summary>
    /// <exception cref="ProvisioningException">A part did not start. What was started still runs.</exception>
    internal async Task StartAsync(CancellationToken cancellation)
    {
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(_halt.Token, cancellation);
        var starts = new Dictionary<Resource, Task>();
        foreach (var resource in _resources)
        {
            _ = Start(resource);
        }

        try
        {
            await Task.WhenAll(starts.Values);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // The first real failure made the others give up; it is the one to report.
            var failure = starts.Values.Select(start => start.Exception?.InnerException).FirstOrDefault(e => e is not null);
            throw failure ?? new ProvisioningException(Death.IsCompleted ? await Death : "The start was given up.");
        }

        Task Start(Resource resource)
        {
            if (!starts.TryGetValue(resource, out var start))
            {
                start = StartAfterAsync(resource, [.. resource.WaitsFor.Select(Start)], halt.Token);
                starts.Add(resource, start);
            }

            return start;
        }
    }

    /// <summary>Stops everything: a part after all that waited for it. Never throws for a part that is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _halt.CancelAsync();
        var stops = new Dictionary<Resource, Task>();
        await Task.WhenAll(_resources.Select(Stop));
        _launcher.Dispose();
        _halt.Dispose();

        Task Stop(Resource resource)
        {
            if (!stops.TryGetValue(resource, out var stop))
            {
                var dependents = _resources.Where(other => other.WaitsFor.Contains(resource)).Select(Stop);
                stop = StopAfterAsync(resource, [.. dependents]);
                stops.Add(resource, stop);
            }

            return stop;
        }
    }

    private async Task StartAfterAsync(Resource resource, Task[] before, CancellationToken cancellation)
    {
        // What comes before may not have failed: it reports itself, and this one only gives up.
        await Task.WhenAll(before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (before.Any(task => !task.IsCompletedSuccessfully))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new OperationCanceledException();
        }

        try
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            await _launcher.LaunchAsync(resource, cancellation);
        }
        catch (Exception)
        {
            await _halt.CancelAsync();
            throw;
        }
    }

    private async Task StopAfterAsync(Resource resource, Task[] before)
    {
        await Task.WhenAll(before);
        await Task.WhenAll(_parts.Where(part => part.Resource == resource).Select(part => part.StopAsync()));
    }

    private void Watch(RunningPart part)
    {
        _parts.Enqueue(part);
        _ = ReportDeathAsync(part);
    }

    private async Task ReportDeathAsync(RunningPart part)
    {
        var code = await part.Exited;
        if (!_stopping)
        {
            _death.TrySetResult(
                $"{part.Name} (process {part.ProcessId}) ended with code {code}. Its last lines:\n{part.LastLines}");
            await _halt.CancelAsync();
        }
    }
}
