using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Mesh.Partitions.Shell;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions;

/// <summary>
/// Runs a service's partitions: reads its topics, decides, commits, relays, and answers commands. What fails is
/// started over from the database, which alone says what has happened. Safe for concurrent use.
/// </summary>
/// <typeparam name="TProcessor">The service's part of a partition.</typeparam>
public sealed class PartitionHost<TProcessor> : BackgroundService
    where TProcessor : class, IPartitionProcessor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly PartitionHostOptions _options;
    private readonly Func<IReadOnlyList<TProcessor>> _create;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly Guid _instance = Guid.NewGuid();
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PartitionRun? _run;

    /// <summary>Makes a host; it starts with the application.</summary>
    /// <param name="options">What to read, where to write.</param>
    /// <param name="create">Makes the processors of all partitions, empty: at start, and again whenever it starts
    /// over.</param>
    /// <param name="lifetime">Stopped when another instance takes the partitions over.</param>
    /// <param name="logger">Where it says what happens.</param>
    public PartitionHost(
        PartitionHostOptions options,
        Func<IReadOnlyList<TProcessor>> create,
        IHostApplicationLifetime lifetime,
        ILogger<PartitionHost<TProcessor>> logger)
    {
        _options = options;
        _create = create;
        _lifetime = lifetime;
        _logger = logger;
    }

    /// <summary>How it is doing.</summary>
    public HostState State { get; private set; }

    /// <summary>Why it is in <see cref="HostState.Failed"/>; null otherwise.</summary>
    public string? Failure { get; private set; }

    /// <summary>Completes when it serves for the first time.</summary>
    public Task Served => _served.Task;

    /// <summary>The service's store, for reading its log.</summary>
    /// <exception cref="PartitionUnavailableException">It does not serve now.</exception>
    public PartitionedStore Store => Current().Store;

    /// <summary>
    /// Runs a command of a partition, in the loop. The result comes once all that was decided by then is durable, so
    /// that it never tells of what might not come to be.
    /// </summary>
    /// <exception cref="PartitionUnavailableException">Not now, or the outcome is unknown; commands are
    /// idempotent.</exception>
    public async Task<TResult> ExecuteAsync<TResult>(
        int partition, Func<TProcessor, IEventAppender, TResult> command, CancellationToken cancel = default)
    {
        PartitionRun run = Current();
        TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = run.Loop.TryPost(() => Run(run.Machines[partition], command, done));
        if (!posted)
        {
            throw new PartitionUnavailableException("Too many commands wait; try again in a moment.");
        }

        Task ended = await Task.WhenAny(done.Task, run.Loop.Ended).WaitAsync(cancel);
        if (ended != done.Task && !done.Task.IsCompleted)
        {
            throw new PartitionUnavailableException("The partition started over; try again in a moment.");
        }

        return await done.Task;
    }

    /// <summary>
    /// Runs a query of a partition, in the loop; it sees all that is decided, and answers when that is durable.
    /// </summary>
    public Task<TResult> QueryAsync<TResult>(
        int partition, Func<TProcessor, TResult> query, CancellationToken cancel = default) =>
        ExecuteAsync(partition, (processor, _) => query(processor), cancel);

    /// <summary>Something outside that a processor waits for has changed.</summary>
    public void Wake() => _run?.Loop.Wake();

    /// <summary>
    /// How far each partition has come. What was decided up to these offsets is durable when it is said; the offsets of
    /// repeats, which decide nothing, may be read again after a crash.
    /// </summary>
    public async Task<IReadOnlyList<PartitionProgress>> ProgressAsync(CancellationToken cancel = default)
    {
        PartitionRun run = Current();
        Task<PartitionProgress>[] all = [.. run.Machines.Select(
            machine => ExecuteAsync(machine.Partition, (_, _) => ProgressOf(machine), cancel))];
        return await Task.WhenAll(all);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LiveAsync(() => pause = FirstPause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is FenceLostException or TopicMismatchException)
            {
                Fail(e);
                PartitionsMessages.GivingUp(_logger, e.Message);
                Environment.ExitCode = 1;
                _lifetime.StopApplication();
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong, the database says where to start over.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(e);
                PartitionsMessages.StartingOver(_logger, pause.TotalMilliseconds, e);
                await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        State = HostState.Stopped;
    }

    private async Task LiveAsync(Action served, CancellationToken stopping)
    {
        State = State == HostState.Failed ? HostState.Failed : HostState.Starting;
        await TopicSetup.EnsureAsync(
            _options.Bus, [.. _options.Lanes.Select(l => l.Topic).Concat(_options.Targets)], _logger, stopping);
        await using PartitionedStore store =
            await PartitionedStore.OpenAsync(_options.ConnectionString, _options.Partitions, stopping);
        await using PartitionRun run =
            await PartitionRun.StartAsync(_options, store, _instance, _create(), _logger, stopping);
        _run = run;
        State = HostState.Serving;
        Failure = null;
        served();
        _served.TrySetResult();
        PartitionsMessages.Serving(_logger, _options.Partitions, run.Machines.Sum(m => m.Head - store.Origin));
        try
        {
            await run.Loop.Ended.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await run.StopAsync(StopLimit);
            throw;
        }
        finally
        {
            _run = null;
        }
    }

    private static void Run<TResult>(
        PartitionMachine machine, Func<TProcessor, IEventAppender, TResult> command, TaskCompletionSource<TResult> done)
    {
        TResult? result = default;
        Exception? refused = null;
        machine.Execute(
            (processor, appender) =>
            {
                try
                {
                    result = command((TProcessor)processor, appender);
                }
#pragma warning disable CA1031 // The caller gets whatever its command threw; the loop goes on.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    refused = e;
                }
            },
            () =>
            {
                if (refused is null)
                {
                    done.TrySetResult(result!);
                }
                else
                {
                    done.TrySetException(refused);
                }
            });
    }

    private static PartitionProgress ProgressOf(PartitionMachine machine) => new(
        machine.Partition,
        [.. machine.Next.Select(n => (n.Key.Topic, n.Key.Partition, n.Value))],
        machine.Head,
        machine.Relayed,
        [.. machine.Sent.Select(s => (s.Topic, s.Partition, s.Acknowledged, s.NextOffset))]);

    private PartitionRun Current() =>
        _run ?? throw new PartitionUnavailableException(Failure ?? "The service is starting; try again in a moment.");

    private void Fail(Exception e)
    {
        State = HostState.Failed;
        Failure = e.Message;
    }
}
