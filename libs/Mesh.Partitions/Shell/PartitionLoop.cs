using System.Collections.Concurrent;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Shell;

/// <summary>
/// The one thread that drives all partitions of an instance. A turn: (1) take note of acknowledgements and of a
/// commit that ended, (2) run commands, (3) take batches of the most urgent lane and decide them, (4) commit what is
/// decided, of all partitions together, when no commit is under way. While one is, the next pages fill: so a commit
/// holds what arrived during the one before, and nothing waits for a timer.
/// </summary>
internal sealed class PartitionLoop
{
    private readonly PartitionedStore _store;
    private readonly Relay _relay;
    private readonly PartitionMachine[] _machines;
    private readonly LaneQueue[] _lanes;
    private readonly Signal _signal;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<PageWrite> _committing = [];
    private Task<bool[]>? _commit;
    private Exception? _fault;
    private int _queuedCommands;
    private int _woken;
    private volatile bool _stopping;

    public PartitionLoop(
        PartitionedStore store, Relay relay, PartitionMachine[] machines, LaneQueue[] lanes, Signal signal)
    {
        _store = store;
        _relay = relay;
        _machines = machines;
        _lanes = lanes;
        _signal = signal;
    }

    /// <summary>Completes when the loop was stopped; fails when it cannot go on.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "partitions" }.Start();

    /// <summary>Ends the loop after what is decided is committed.</summary>
    public void Stop()
    {
        _stopping = true;
        _signal.Set();
    }

    /// <summary>Ends the loop at once: what is not committed is lost, and will be decided again.</summary>
    public void Fail(Exception reason)
    {
        Interlocked.CompareExchange(ref _fault, reason, null);
        _signal.Set();
    }

    /// <summary>Records that wait for something outside are tried again.</summary>
    public void Wake()
    {
        Volatile.Write(ref _woken, 1);
        _signal.Set();
    }

    /// <summary>Queues a command; false when too many wait.</summary>
    public bool TryPost(Action command)
    {
        if (Interlocked.Increment(ref _queuedCommands) > Limits.QueuedCommands)
        {
            Interlocked.Decrement(ref _queuedCommands);
            return false;
        }

        _commands.Enqueue(command);
        _signal.Set();
        return true;
    }

    private void Run()
    {
        try
        {
            long quietSince = Environment.TickCount64;
            while (_fault is null)
            {
                bool decided = Turn(ref quietSince);
                if (_stopping && _commit is null && !_machines.Any(m => m.HasPage))
                {
                    _ended.TrySetResult();
                    return;
                }

                if (!decided)
                {
                    _signal.Wait(Quiet() ? Limits.QuietCommit : Timeout.InfiniteTimeSpan);
                }
            }

            _ended.TrySetException(_fault);
        }
#pragma warning disable CA1031 // Whatever ends the loop is its outcome; the host starts over from the database.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _ended.TrySetException(e);
        }
    }

    // Returns whether there may be more to do at once.
    private bool Turn(ref long quietSince)
    {
        _relay.Collect(_machines);
        FinishCommit();
        while (_commands.TryDequeue(out Action? command))
        {
            Interlocked.Decrement(ref _queuedCommands);
            command();
        }

        bool woken = Interlocked.Exchange(ref _woken, 0) == 1;
        foreach (PartitionMachine machine in _machines)
        {
            if (woken || machine.WantsRetry)
            {
                machine.Retry();
            }
        }

        bool decided = !_stopping && DecideBatch();
        long now = Environment.TickCount64;
        bool quietDue = now - quietSince >= Limits.QuietCommit.TotalMilliseconds;
        if (StartCommit(quietDue) || quietDue)
        {
            quietSince = now;
        }

        return decided;
    }

    // A machine that is full of what nobody has acknowledged goes on with the next acknowledgement.
    private bool MayAccept()
    {
        bool may = Array.TrueForAll(_machines, m => m.CanAccept);
        if (!may && Array.Exists(_machines, m => m.HasUnacknowledged))
        {
            _relay.WakeOnAcknowledgement();
        }

        return may;
    }

    private bool DecideBatch()
    {
        if (!MayAccept() || NextLane() is not { } lane || !lane.TryTake(out FetchedBatch batch))
        {
            return false;
        }

        foreach (FetchedRecord record in batch.Records)
        {
            RecordOrigin? origin = null;
            if (lane.Lane.Relayed)
            {
                origin = OriginHeader.TryDecode(record.Origin, out RecordOrigin decoded)
                    ? decoded
                    : throw new InvalidDataException(
                        $"Record {record.Offset} of {batch.Topic}/{record.Partition} has no valid "
                        + $"{OriginHeader.Name} header.");
            }

            _machines[record.Partition].Accept(
                new Arrival(lane.Lane.Topic.Name, record.Partition, record.Offset, record.Value, origin));
        }

        return true;
    }

    // The first lane that has something; but one that has waited too long goes before.
    private LaneQueue? NextLane()
    {
        long now = Environment.TickCount64;
        LaneQueue? first = null;
        foreach (LaneQueue lane in _lanes)
        {
            if (lane.IsEmpty)
            {
                continue;
            }

            first ??= lane;
            if (lane != first && lane.IsOverdue(now))
            {
                return lane;
            }
        }

        return first;
    }

    private bool StartCommit(bool quietDue)
    {
        if (_commit is not null)
        {
            return false;
        }

        foreach (PartitionMachine machine in _machines)
        {
            if (machine.HasPage || (quietDue && machine.HasQuietProgress))
            {
                _committing.Add(machine.TakePage());
            }
        }

        if (_committing.Count == 0)
        {
            return false;
        }

        _commit = _store.CommitAsync(_committing);
        _commit.GetAwaiter().UnsafeOnCompleted(_signal.Set);
        return true;
    }

    private void FinishCommit()
    {
        if (_commit is not { IsCompleted: true } commit)
        {
            return;
        }

        _commit = null;
        bool[] written = commit.GetAwaiter().GetResult();
        List<PageWrite> pages = _committing;
        _committing = [];
        for (int i = 0; i < pages.Count; i++)
        {
            if (!written[i])
            {
                throw new FenceLostException(
                    $"Partition {pages[i].Partition} has another owner or head than at epoch {pages[i].Epoch}: another "
                    + "instance of this service took it over.");
            }

            PartitionMachine machine = _machines[pages[i].Partition];
            machine.Committed();
            _relay.Send(machine);
        }
    }

    private bool Quiet() => Array.Exists(_machines, m => m.HasQuietProgress || m.HasUnacknowledged);
}
