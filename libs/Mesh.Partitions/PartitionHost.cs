using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Mesh.Partitions.Shell;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions;

/// <summary>
/// One instance of a service: owns some of its partitions, reads their topics, decides, commits, relays, and answers
/// commands. Instances divide the partitions among themselves by the database. What fails is started over from the
/// database, which alone says what has happened. Safe for concurrent use.
/// </summary>
/// <typeparam name="TProcessor">The service's part of a partition.</typeparam>
public sealed class PartitionHost<TProcessor> : BackgroundService
    where TProcessor : class, IPartitionProcessor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly string[] NoStreams = [];

    private readonly PartitionHostOptions _options;
    private readonly Func<int, TProcessor> _create;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly Guid _instance = Guid.NewGuid();
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _brokerChecked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PartitionRun? _run;

    /// <summary>Makes a host; it starts with the application.</summary>
    /// <param name="options">What to read, where to write.</param>
    /// <param name="create">Makes the processor of a partition, empty: whenever the instance takes it, and again when
    /// it starts over. Called on any thread.</param>
    /// <param name="lifetime">Stopped when the cluster, its topics or their logs are not what the service needs: that
    /// is for a person to decide.</param>
    /// <param name="logger">Where it says what happens.</param>
    public PartitionHost(
        PartitionHostOptions options,
        Func<int, TProcessor> create,
        IHostApplicationLifetime lifetime,
        ILogger<PartitionHost<TProcessor>> logger)
    {
        if (options.ServesWithoutBroker && options.Lanes.Count > 0)
        {
            throw new ArgumentException("A service that reads topics needs its broker.", nameof(options));
        }

        _options = options;
        _create = create;
        _lifetime = lifetime;
        _logger = logger;
        Telemetry.ObserveRelay(options.Name, () => RelayStalled.TotalSeconds);
    }

    /// <summary>How it is doing.</summary>
    public HostState State { get; private set; }

    /// <summary>Why it is in <see cref="HostState.Failed"/>; null otherwise.</summary>
    public string? Failure { get; private set; }

    /// <summary>Completes when it serves for the first time.</summary>
    public Task Served => _served.Task;

    /// <summary>Completes when the broker has answered, and its cluster and topics are what they must be.</summary>
    public Task BrokerChecked => _brokerChecked.Task;

    /// <summary>The service's store, for reading its log.</summary>
    /// <exception cref="PartitionUnavailableException">It does not serve now.</exception>
    public PartitionedStore Store => Current().Store;

    /// <summary>
    /// Whether this instance has lately confirmed that it lives, so that nobody can have taken what it owns. What it
    /// answers otherwise may be out of date.
    /// </summary>
    public bool IsFresh => _run?.IsFresh ?? false;

    /// <summary>How long the broker has acknowledged nothing while something waits for it.</summary>
    public TimeSpan RelayStalled => _run?.RelayStalled ?? TimeSpan.Zero;

    /// <summary>Who owns which partition, as it was seen last.</summary>
    /// <exception cref="PartitionUnavailableException">It does not serve now.</exception>
    public IReadOnlyList<PartitionPlace> Places => Current().Places;

    /// <summary>
    /// Runs a command of a partition, in the loop, once the streams that it needs are in memory. The result comes when
    /// all that was decided by then is durable, so that it never tells of what might not come to be.
    /// </summary>
    /// <exception cref="NotOwnerException">Another instance owns the partition.</exception>
    /// <exception cref="PartitionUnavailableException">Not now, or the outcome is unknown; commands are
    /// idempotent.</exception>
    public async Task<TResult> ExecuteAsync<TResult>(
        int partition,
        IReadOnlyCollection<string> streams,
        Func<TProcessor, IEventAppender, TResult> command,
        CancellationToken cancel = default)
    {
        PartitionRun run = Current();
        TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Execute(partition, CallOf(partition, streams, command, run, done));
        return await Result(run, done.Task, cancel);
    }

    /// <summary>Runs a command that needs one stream.</summary>
    public Task<TResult> ExecuteAsync<TResult>(
        int partition,
        string stream,
        Func<TProcessor, IEventAppender, TResult> command,
        CancellationToken cancel = default) =>
        ExecuteAsync(partition, [stream], command, cancel);

    /// <summary>
    /// Runs a query of a partition, in the loop, once the streams that it needs are in memory; it sees all that is
    /// decided, and answers when that is durable and this instance has owned the partition all the time.
    /// </summary>
    public Task<TResult> QueryAsync<TResult>(
        int partition,
        IReadOnlyCollection<string> streams,
        Func<TProcessor, TResult> query,
        CancellationToken cancel = default) =>
        ExecuteAsync(partition, streams, (processor, _) => query(processor), cancel);

    /// <summary>Runs a query that needs one stream.</summary>
    public Task<TResult> QueryAsync<TResult>(
        int partition, string stream, Func<TProcessor, TResult> query, CancellationToken cancel = default) =>
        QueryAsync(partition, [stream], query, cancel);

    /// <summary>Runs a query of a partition that needs pinned streams alone.</summary>
    public Task<TResult> QueryAsync<TResult>(
        int partition, Func<TProcessor, TResult> query, CancellationToken cancel = default) =>
        QueryAsync(partition, NoStreams, query, cancel);

    /// <summary>
    /// Runs something in the loop, with the processors of all partitions that this instance shows, by number; null
    /// where it shows none yet. For views that all partitions share. It sees what
    /// <see cref="IPartitionProcessor.Committed"/> was told of.
    /// </summary>
    public async Task<TResult> InLoopAsync<TResult>(
        Func<IReadOnlyList<TProcessor?>, TResult> query, CancellationToken cancel = default)
    {
        PartitionRun run = Current();
        TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Post(machine =>
        {
            try
            {
                TProcessor?[] shown = new TProcessor?[_options.Partitions];
                for (int n = 0; n < shown.Length; n++)
                {
                    shown[n] = (TProcessor?)machine.Shown(n);
                }

                done.TrySetResult(query(shown));
            }
#pragma warning disable CA1031 // The caller gets whatever its query threw; the loop goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.TrySetException(e);
            }
        });
        return await Result(run, done.Task, cancel);
    }

    /// <summary>Something outside that a processor waits for has changed.</summary>
    public void Wake() => _run?.Wake();

    /// <summary>
    /// How far each partition of this instance has come. What was decided up to these offsets is durable when it is
    /// said; the offsets of repeats, which decide nothing, may be read again after a crash.
    /// </summary>
    public async Task<IReadOnlyList<PartitionProgress>> ProgressAsync(CancellationToken cancel = default)
    {
        PartitionRun run = Current();
        int[] here = [.. run.Places.Where(place => place.IsHere).Select(place => place.Partition)];
        return await Task.WhenAll(here.Select(n => ExecuteAsync(
            n, NoStreams, (_, appender) => PartitionRun.ProgressOf((PartitionMachine)appender), cancel)));
    }

    /// <summary>
    /// Sends to a topic again what a reader misses, from the log. Harmless when nothing is missing: readers skip what
    /// they have.
    /// </summary>
    /// <returns>How many records.</returns>
    /// <exception cref="NotOwnerException">Another instance owns the partition.</exception>
    /// <exception cref="PartitionUnavailableException">Not now.</exception>
    public async Task<int> ResendAsync(ResendOrder order, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order.Partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(order.Partition, _options.Partitions);
        PartitionRun run = Current();
        if (order.Store != run.Store.StoreId)
        {
            throw new ArgumentException($"This is store {run.Store.StoreId}, not {order.Store}.", nameof(order));
        }

        PartitionPlace place = run.Places[order.Partition];
        if (!place.IsHere)
        {
            throw new NotOwnerException(order.Partition, place.Address);
        }

        TaskCompletionSource<int?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Post(machine => machine.Resend(order, sent => done.TrySetResult(sent)));
        return await Result(run, done.Task, cancel)
            ?? throw new PartitionUnavailableException("The partition cannot send again now; try again in a moment.");
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
            catch (Exception e) when (Refusal.Of(e, _options) is { } reason)
            {
                State = HostState.Failed;
                Failure = reason;
                PartitionsMessages.GivingUp(_logger, reason);
                Environment.ExitCode = 1;
                _lifetime.StopApplication();
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong, the database says where to start over.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(e);
                PartitionsMessages.RunFailed(_logger, pause.TotalMilliseconds, e);
                await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        State = HostState.Stopped;
    }

    private async Task LiveAsync(Action served, CancellationToken stopping)
    {
        State = State == HostState.Failed ? HostState.Failed : HostState.Starting;
        await using PartitionedStore store =
            await PartitionedStore.OpenAsync(_options.ConnectionString, _options.Partitions, stopping);
        bool waits = !_options.ServesWithoutBroker || await store.ClusterAsync(stopping) is null;
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task checking = CheckBrokerAsync(store, ending.Token);
        if (waits)
        {
            await checking;
        }

        await using PartitionRun run = new(_options, store, _instance, _create, _logger);
        _run = run;
        run.Start(problem =>
        {
            State = problem is null ? HostState.Serving
                : State is HostState.Starting ? HostState.Starting : HostState.Failed;
            Failure = problem;
            if (problem is null)
            {
                served();
                _served.TrySetResult();
            }
        });
        try
        {
            if (await Task.WhenAny(checking, run.Ended).WaitAsync(stopping) == checking)
            {
                await checking;
                run.BeginSending();
            }

            await run.Ended.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await run.StopAsync(StopLimit);
            throw;
        }
        finally
        {
            _run = null;
            await ending.CancelAsync();
            await checking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckBrokerAsync(PartitionedStore store, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await CheckClusterAsync(store, stopping);
                await TopicSetup.EnsureAsync(
                    _options.Bus, [.. _options.Lanes.Select(l => l.Topic).Concat(_options.Targets)], _logger, stopping);
                _brokerChecked.TrySetResult();
                return;
            }
            catch (BrokerUnreachableException e) when (_options.ServesWithoutBroker)
            {
                PartitionsMessages.BrokerAway(_logger, e.Message);
            }
        }
    }

    // Before anything is made there: another cluster's topics may have the same names.
    private async Task CheckClusterAsync(PartitionedStore store, CancellationToken stopping)
    {
        string found = await KafkaCluster.IdAsync(_options.Bus, _logger, stopping);
        string remembered = await store.RememberClusterAsync(found, stopping);
        if (remembered != found)
        {
            throw new ClusterChangedException(remembered, found, _options.Bus.BootstrapServers);
        }
    }

    private static Call CallOf<TResult>(
        int partition,
        IReadOnlyCollection<string> streams,
        Func<TProcessor, IEventAppender, TResult> command,
        PartitionRun run,
        TaskCompletionSource<TResult> done)
    {
        TResult? result = default;
        Exception? refused = null;
        return new Call(
            streams,
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
            committed =>
            {
                if (!committed && !run.IsFresh)
                {
                    done.TrySetException(new PartitionUnavailableException(
                        $"This instance cannot confirm that it still owns partition {partition}; try again."));
                }
                else if (refused is null)
                {
                    done.TrySetResult(result!);
                }
                else
                {
                    done.TrySetException(refused);
                }
            },
            failure => done.TrySetException(failure));
    }

    private static async Task<TResult> Result<TResult>(PartitionRun run, Task<TResult> done, CancellationToken cancel)
    {
        Task ended = await Task.WhenAny(done, run.Ended).WaitAsync(cancel);
        if (ended != done && !done.IsCompleted)
        {
            throw new PartitionUnavailableException("The instance is starting over; try again in a moment.");
        }

        return await done;
    }

    private PartitionRun Current() =>
        _run ?? throw new PartitionUnavailableException(Failure ?? "The service is starting; try again in a moment.");

    private void Fail(Exception e)
    {
        State = HostState.Failed;
        Failure = e.Message;
    }
}
