using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// Starts resources in dependency order, those that do not wait for each other at the same time; once all run, starts
/// again what dies; and stops them in the reverse order.
/// </summary>
internal sealed class Orchestrator : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<Resource> _resources;
    private readonly RunFile _runFile;
    private readonly TextWriter _terminal;
    private readonly Launcher _launcher;
    private readonly Lock _gate = new();
    private readonly List<(PartPlan Plan, RunningPart Part)> _parts = [];
    private readonly List<Task> _supervisors = [];
    private readonly TaskCompletionSource<string> _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _halt = new();
    private bool _allRun;

    internal Orchestrator(
        IReadOnlyList<Resource> resources, StateDirectory state, HostLocation location, TextWriter terminal)
    {
        _resources = resources;
        _runFile = state.RunFile;
        _terminal = terminal;
        _launcher = new Launcher(state, location, terminal);
    }

    /// <summary>What runs, in the order in which it was started first.</summary>
    internal IReadOnlyCollection<RunningPart> Parts
    {
        get
        {
            lock (_gate)
            {
                return [.. _parts.Select(entry => entry.Part)];
            }
        }
    }

    /// <summary>Faults when parts can no longer be watched over. Never completes otherwise.</summary>
    internal Task Failure => _failure.Task;

    /// <summary>Starts everything; when all is ready, writes run.json, keeps it true, and returns.</summary>
    /// <exception cref="ProvisioningException">
    /// A part did not start, or ended before all were ready: says which, how, and its last words. What was started
    /// still runs.
    /// </exception>
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
            var failure = starts.Values
                .Select(start => start.Exception?.InnerException).FirstOrDefault(error => error is not null);
            throw failure ?? new ProvisioningException(
                _death.Task.IsCompleted ? await _death.Task : "The start was given up.");
        }

        await SuperviseAsync();

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
        await _halt.CancelAsync();

        // What is just being started again is registered, or has stopped, when its supervisor has ended.
        await Task.WhenAll(_supervisors);
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
            await Launcher.PrepareAsync(resource, cancellation);
            await Task.WhenAll(_launcher.PartsOf(resource).Select(plan => StartFirstAsync(plan, cancellation)));
        }
        catch (Exception)
        {
            await _halt.CancelAsync();
            throw;
        }
    }

    private async Task StartFirstAsync(PartPlan plan, CancellationToken cancellation)
    {
        var part = await plan.StartAsync(false, cancellation);
        lock (_gate)
        {
            _parts.Add((plan, part));
        }

        _ = ReportEarlyDeathAsync(part);
        if (await part.WaitUntilReadyAsync(ReadyLimit, cancellation) is { } problem)
        {
            throw new ProvisioningException($"{part.Name} {problem}. Its last lines:\n{part.LastLines}");
        }
    }

    /// <summary>Before all run, a part that ends is a fault of the whole, not an accident to ride out.</summary>
    private async Task ReportEarlyDeathAsync(RunningPart part)
    {
        var code = await part.Exited;
        lock (_gate)
        {
            if (_allRun || _halt.IsCancellationRequested)
            {
                return;
            }

            _death.TrySetResult(
                $"{part.Name} (process {part.ProcessId}) ended with code {code}. Its last lines:\n{part.LastLines}");
        }

        await _halt.CancelAsync();
    }

    private async Task SuperviseAsync()
    {
        lock (_gate)
        {
            _allRun = !_death.Task.IsCompleted;
            if (_allRun)
            {
                _runFile.Write(_resources, _parts.Select(entry => entry.Part));
                _supervisors.AddRange(_parts
                    .Where(entry => entry.Part.ProcessId is not null)
                    .Select(entry => Task.Run(() => SuperviseAsync(entry.Plan, entry.Part))));
            }
        }

        if (!_allRun)
        {
            throw new ProvisioningException(await _death.Task);
        }
    }

    private async Task SuperviseAsync(PartPlan plan, RunningPart part)
    {
        try
        {
            await new Supervisor(plan, again => Replace(plan, again), _terminal).RunAsync(part, _halt.Token);
        }
        catch (OperationCanceledException) when (_halt.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            _failure.TrySetException(error);
        }
    }

    private void Replace(PartPlan plan, RunningPart part)
    {
        lock (_gate)
        {
            _parts[_parts.FindIndex(entry => entry.Plan == plan)] = (plan, part);
            try
            {
                _runFile.Write(_resources, _parts.Select(entry => entry.Part));
            }
            catch (IOException problem)
            {
                // The part runs; a tool that reads an old process id is the lesser evil.
                _terminal.WriteLine($"run.json still names the former process of {part.Name}: {problem.Message}");
            }
        }
    }

    private async Task StopAfterAsync(Resource resource, Task[] before)
    {
        await Task.WhenAll(before);
        await Task.WhenAll(Parts.Where(part => part.Resource == resource).Select(part => part.StopAsync()));
    }
}
