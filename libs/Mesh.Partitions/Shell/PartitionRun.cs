using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// One life of a host: a machine, the loop that drives it, and its ways to the world. Ends when something fails that is
/// not a single partition's.
/// </summary>
internal sealed class PartitionRun : IAsyncDisposable
{
    private readonly PartitionHostOptions _options;
    private readonly Guid _instance;
    private readonly ILogger _logger;
    private readonly PartitionLoop _loop;
    private readonly Lanes _lanes;
    private readonly Relay _relay;
    private readonly OffsetReporter _offsets;
    private readonly InstanceIo _io;
    private readonly InstanceMachine _machine;
    private long _relayStalledSince;
    private bool _stallReported;
    private volatile IReadOnlyList<PartitionPlace> _places = [];
    private int _calls;
    private string? _problem = "It is starting.";
    private Sight? _seen;

    public PartitionRun(
        PartitionHostOptions options, PartitionedStore store, Guid instance, Func<int, IPartitionProcessor> create,
        ILogger logger)
    {
        (_options, Store, _instance, _logger) = (options, store, instance, logger);
        Signal signal = new();
        _loop = new PartitionLoop(signal);
        _lanes = new Lanes(options, _loop.Visit, _loop.Fail, logger);
        _relay = new Relay(
            options, store.StoreId, signal, _loop.Post, topics => _machine!.SenderFailed(topics), logger);
        _offsets = new OffsetReporter(
            options, n => _places is { Count: > 0 } places && places[n].IsHere, logger);
        _io = new InstanceIo(options, store, instance, _lanes, _relay, _offsets, create, _loop.Post, logger);
        _machine = new InstanceMachine(
            new InstanceIdentity(
                instance, options.Partitions, [.. options.Lanes.Select(lane => lane.Topic.Name)], options.Follows,
                options.KeepsUnrelayed),
            _io);
    }

    public PartitionedStore Store { get; }

    /// <summary>Completes when it was stopped; fails when it cannot go on.</summary>
    public Task Ended => _loop.Ended;

    public bool IsFresh => _machine.IsFresh;

    public IReadOnlyList<PartitionPlace> Places =>
        _places is { Count: > 0 } places
            ? places
            : throw new PartitionUnavailableException("The service is starting; try again in a moment.");

    public TimeSpan RelayStalled
    {
        get
        {
            long since = Volatile.Read(ref _relayStalledSince);
            return since == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
        }
    }

    /// <summary>Begins; <paramref name="changed"/> is told what is wrong, or null, whenever that changes.</summary>
    public void Start(Action<string?> changed) => _loop.Start(_machine, _lanes, _relay, _ => Turned(changed));

    /// <summary>The broker is the right one: what is committed goes out, and what comes to be.</summary>
    public void BeginSending() => _loop.Post(_relay.Begin);

    public void Post(Action<InstanceMachine> action) => _loop.Post(() => action(_machine));

    /// <summary>Queues a call.</summary>
    /// <exception cref="PartitionUnavailableException">Too many wait.</exception>
    public void Execute(int partition, Call call)
    {
        if (Interlocked.Increment(ref _calls) > Limits.QueuedCommands)
        {
            Interlocked.Decrement(ref _calls);
            throw new PartitionUnavailableException("Too many commands wait; try again in a moment.");
        }

        _loop.Post(() =>
        {
            Interlocked.Decrement(ref _calls);
            _machine.Execute(partition, call);
        });
    }

    public void Wake() => _loop.Wake();

    /// <summary>
    /// Stops after a last commit, so that nothing has to be decided again, and gives the partitions up.
    /// </summary>
    public async Task StopAsync(TimeSpan limit)
    {
        _loop.Stop();
        await Task.WhenAny(Ended, Task.Delay(limit));
    }

    public async ValueTask DisposeAsync()
    {
        _loop.Fail(new OperationCanceledException());
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lanes.DisposeAsync();
        _relay.Dispose();
        _io.Dispose();
        await _offsets.DisposeAsync();
    }

    internal static PartitionProgress ProgressOf(PartitionMachine machine) => new(
        machine.Partition,
        [.. machine.Next.Select(n => (n.Key.Topic, n.Key.Partition, n.Value.Next))],
        machine.Head,
        machine.Relayed,
        [.. machine.Sent.Select(s => (s.Topic, s.Partition, s.Acknowledged, s.NextOffset))],
        machine.Epoch);

    private void Turned(Action<string?> changed)
    {
        WatchRelay();
        string? problem = Problem();
        if (problem != _problem || _seen != _machine.Seen)
        {
            _seen = _machine.Seen;
            _places = PlacesOf();
        }

        if (problem != _problem)
        {
            _problem = problem;
            changed(problem);
        }
    }

    private string? Problem()
    {
        if (_machine.Seen is not { } seen)
        {
            return "The database has not answered yet.";
        }

        for (int n = 0; n < _options.Partitions; n++)
        {
            bool mine = seen.Partitions[n].Owner == _instance;
            if (_machine.Owned[n] is { IsActive: true })
            {
                continue;
            }

            if (mine || seen.Partitions[n].Owner is null || _machine.Owned[n] is not null)
            {
                return $"Partition {n} is not served yet.";
            }

            if (_options.Follows && _machine.Shown(n) is null)
            {
                return $"Partition {n} is not shown yet.";
            }
        }

        return _machine.IsFresh ? null : "The database does not answer.";
    }

    private IReadOnlyList<PartitionPlace> PlacesOf() => _machine.Seen is not { } seen
        ? []
        : [.. seen.Partitions.Select(partition => new PartitionPlace(
            partition.Partition,
            _machine.Owned[partition.Partition] is { IsActive: true },
            _machine.AddressOf(partition.Partition)))];

    private void WatchRelay()
    {
        if (!_machine.AwaitsAcknowledgements)
        {
            Volatile.Write(ref _relayStalledSince, 0);
            _stallReported = false;
        }
        else if (_relayStalledSince < _relay.AcknowledgedAt)
        {
            Volatile.Write(
                ref _relayStalledSince, _relayStalledSince == 0 ? Environment.TickCount64 : _relay.AcknowledgedAt);
            _stallReported = false;
        }
        else if (!_stallReported && RelayStalled >= Limits.RelayPatience)
        {
            _stallReported = true;
            PartitionsMessages.RelayStalled(_logger, RelayStalled.TotalSeconds);
        }
    }
}
