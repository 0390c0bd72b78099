using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Bus;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Shell;

/// <summary>
/// Drives an instance, in turns, one at a time. A turn: (1) take note of acknowledgements, (2) run what was posted:
/// answers of the database, commands, (3) take batches of the most urgent lane and decide them, (4) let the machine do
/// what is due, above all commit what is decided, of all partitions together. While a commit is under way the next
/// pages fill: so a commit holds what arrived during the one before, and nothing waits for a timer.
/// Whoever brings something drives the turn itself when nobody else does: to wake another thread for it costs more than
/// most turns. The loop's own thread takes turns that time makes due, and goes on when one leaves work behind.
/// </summary>
internal sealed class PartitionLoop(Signal signal)
{
    // Who brings something has work of its own, such as a lane to read.
    private const int TurnsOfVisitors = 4;

    private readonly Lock _driving = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InstanceMachine _machine = null!;
    private Lanes _lanes = null!;
    private Relay _relay = null!;
    private Action<InstanceMachine> _turned = null!;
    private Exception? _fault;
    private int _woken;
    private long _sleepsUntil;
    private ExecutionContext? _context;
    private volatile bool _over;

    /// <summary>Completes when the loop was stopped; fails when it cannot go on.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins.</summary>
    /// <param name="machine">What it drives.</param>
    /// <param name="lanes">What arrives.</param>
    /// <param name="relay">What is acknowledged.</param>
    /// <param name="turned">Called after each turn, in the loop.</param>
    public void Start(InstanceMachine machine, Lanes lanes, Relay relay, Action<InstanceMachine> turned)
    {
        (_machine, _lanes, _relay, _turned) = (machine, lanes, relay, turned);
        new Thread(Run) { IsBackground = true, Name = "partitions" }.Start();
    }

    /// <summary>
    /// Runs something in a turn, perhaps before this returns; never, when the loop has ended: see <see cref="Ended"/>.
    /// The caller holds no lock that a turn may want.
    /// </summary>
    public void Post(Action action)
    {
        if (!_over)
        {
            _posted.Enqueue(action);
            Visit();
        }
    }

    /// <summary>
    /// Something is there to do, such as a lane's batch. As with <see cref="Post"/>, it may be done before this
    /// returns.
    /// </summary>
    public void Visit()
    {
        // A turn that is under way may bring something itself. Another one who drives may have looked already, and what
        // is brought now would wait.
        if (Volatile.Read(ref _context) is not { } context || _driving.IsHeldByCurrentThread || !_driving.TryEnter())
        {
            signal.Set();
            return;
        }

        try
        {
            // What a turn begins belongs to no request, even when one drives it.
            ExecutionContext.Run(context, static loop => ((PartitionLoop)loop!).DriveVisit(), this);
        }
        finally
        {
            _driving.Exit();
        }
    }

    /// <summary>Ends the loop after what is decided is committed and all partitions are given up.</summary>
    public void Stop() => Post(() => _machine.Stop(() => Finish(null)));

    /// <summary>Ends the loop at once: what is not committed is lost, and will be decided again.</summary>
    public void Fail(Exception reason)
    {
        Interlocked.CompareExchange(ref _fault, reason, null);
        signal.Set();
    }

    /// <summary>Records that wait for something outside are tried again.</summary>
    public void Wake()
    {
        Volatile.Write(ref _woken, 1);
        signal.Set();
    }

    private void Run()
    {
        Volatile.Write(ref _context, ExecutionContext.Capture());
        while (!_over)
        {
            TimeSpan due;
            lock (_driving)
            {
                due = Drive(turns: 1);
                _sleepsUntil = After(due);
            }

            if (due > TimeSpan.Zero)
            {
                signal.Wait(due);
            }
        }
    }

    private void DriveVisit()
    {
        if (After(Drive(TurnsOfVisitors)) < _sleepsUntil)
        {
            signal.Set();
        }
    }

    // Returns when the next turn is due: at once where there may be more to do.
    private TimeSpan Drive(int turns)
    {
        try
        {
            bool more = true;
            while (turns-- > 0 && more && !_over && _fault is null)
            {
                more = Turn();
            }

            if (_fault is null)
            {
                return more ? TimeSpan.Zero : UntilDue();
            }

            Finish(_fault);
        }
#pragma warning disable CA1031 // Whatever ends the loop is its outcome; the host starts over from the database.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Finish(e);
        }

        return TimeSpan.Zero;
    }

    private TimeSpan UntilDue()
    {
        TimeSpan machine = _machine.UntilDue();
        TimeSpan lanes = _machine.CanAccept ? _lanes.UntilDue() : machine;
        return machine < lanes ? machine : lanes;
    }

    private static long After(TimeSpan due) =>
        Stopwatch.GetTimestamp() + (long)(due.TotalSeconds * Stopwatch.Frequency);

    // Returns whether there may be more to do at once.
    private bool Turn()
    {
        _relay.Collect();
        while (_posted.TryDequeue(out Action? action))
        {
            action();
        }

        bool decided = DecideBatch();
        _machine.Turn(woken: Interlocked.Exchange(ref _woken, 0) == 1);
        _turned(_machine);
        return decided;
    }

    private bool DecideBatch()
    {
        // A machine that is full of what nobody has acknowledged goes on with the next acknowledgement.
        if (!_machine.CanAccept)
        {
            if (_machine.AwaitsAcknowledgements)
            {
                _relay.WakeOnAcknowledgement();
            }

            return false;
        }

        if (!_lanes.TryTake(out int lane, out LaneOptions options, out ReadOnlyMemory<FetchedRecord> records))
        {
            return false;
        }

        foreach (FetchedRecord record in records.Span)
        {
            // One that was sent by hand has no origin: then only what it would effect tells whether it is a repeat.
            RecordOrigin? origin = null;
            string? damage = null;
            if (options.Relayed && record.Origin is not null)
            {
                if (OriginHeader.TryDecode(record.Origin, out RecordOrigin decoded))
                {
                    origin = decoded;
                }
                else
                {
                    damage = $"The {OriginHeader.Name} header is damaged.";
                }
            }

            _machine.Accept(
                lane,
                record.Assignment,
                new Arrival(options.Topic.Name, record.Partition, record.Offset, record.Value, origin)
                {
                    Key = record.Key,
                    Damage = damage,
                });
        }

        _lanes.Took(lane);
        return true;
    }

    private void Finish(Exception? fault)
    {
        _over = true;
        signal.Set();
        _machine.Abort(fault?.Message ?? "The service is stopping.");
        if (fault is null)
        {
            _ended.TrySetResult();
        }
        else
        {
            _ended.TrySetException(fault);
        }
    }
}
