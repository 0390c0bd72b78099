using Mesh.Bus;
using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// One partition, without I/O: what arrives goes in by its methods; pages to commit, events to relay, states to read
/// and to write, and replies to release come out. Who drives it owns connections, threads and clocks, so that a
/// simulation can drive the same code. A machine that was refused a commit, or does not know its outcome, is thrown
/// away and made anew from the database.
/// </summary>
internal sealed partial class PartitionMachine : IEventAppender
{
    private readonly InputLedger _inputs = new();
    private readonly RelayLedger _relay = new();
    private readonly StateLedger _states;
    private readonly MachineLimits _limits;
    private readonly Queue<Arrival> _held = new();
    private readonly Queue<(long Position, Action<bool> Release)> _replies = new();
    private readonly List<WaitingCommand> _waiting = [];
    private readonly Func<DeadLetter, (EventTarget Target, byte[] Body)>? _bury;
    private IReadOnlyDictionary<RecordId, string> _isolated = new Dictionary<RecordId, string>();
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly PageLedger _page = new();
    private long _epoch;
    private long _savedRelayed;
    private bool _inputsMoved;
    private bool _reading;

    /// <param name="partition">The partition.</param>
    /// <param name="processor">What decides.</param>
    /// <param name="limits">What it may hold.</param>
    /// <param name="bury">
    /// Where a record goes that cannot be processed, and as what; null: nowhere, the partition stays with it.
    /// </param>
    public PartitionMachine(
        int partition, IPartitionProcessor processor, MachineLimits? limits = null,
        Func<DeadLetter, (EventTarget Target, byte[] Body)>? bury = null)
    {
        _bury = bury;
        Partition = partition;
        Processor = processor;
        _limits = limits ?? new MachineLimits();
        _states = new StateLedger(processor, _limits);
        PageLimit = _limits.PageEvents;
    }

    public int Partition { get; }

    public IPartitionProcessor Processor { get; }

    /// <summary>Who owns it writes with this epoch.</summary>
    public long Epoch => _epoch;

    /// <summary>How far each topic partition was read.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), InputPlace> Next => _inputs.Next;

    /// <summary>The last position decided, committed or not.</summary>
    public long Head => _page.Head;

    /// <summary>The last position that the database holds.</summary>
    public long CommittedHead => _page.CommittedHead;

    public long Relayed => _relay.Relayed;

    public IEnumerable<SentMark> Sent => _relay.Marks;

    /// <summary>Everything up to here is in the saved states.</summary>
    public long Checkpoint => _states.Checkpoint;

    /// <summary>How old a checkpoint may become while states change, in milliseconds.</summary>
    public long CheckpointAge => (long)_limits.CheckpointAge.TotalMilliseconds;

    /// <summary>States in memory.</summary>
    public int Residents => _states.Residents;

    /// <summary>Events of a page; lowered to find one that the database refuses.</summary>
    public int PageLimit
    {
        get => _page.Limit;
        set => _page.Limit = value;
    }

    /// <summary>Records decided or skipped, for measuring the rate.</summary>
    public long Decided { get; private set; }

    /// <summary>Events are decided that no commit holds yet.</summary>
    public bool HasPage => _page.Count > 0;

    /// <summary>A commit is under way.</summary>
    public bool Committing => _page.Committing;

    /// <summary>Only offsets or what is relayed have moved: a commit may wait for company.</summary>
    public bool HasQuietProgress => _inputsMoved || Relayed != _savedRelayed;

    public bool HasUnacknowledged => _relay.Unacknowledged > 0;

    /// <summary>Records that wait with the partition for something outside it.</summary>
    public int Held => _held.Count;

    /// <summary>A record could not be decided: nothing more is, and the machine is to be made anew.</summary>
    public Fault? Fault { get; private set; }

    /// <summary>The record that all of the page under way was decided from; null: there is no such one.</summary>
    public RecordId? CommittingRecord => _page.CommittingRecord;

    /// <summary>Records that are missing from a topic.</summary>
    public IReadOnlyCollection<OpenGap> Gaps => _inputs.Gaps;

    /// <summary>
    /// Held records could be tried, but the page is full: <see cref="Retry"/> goes on after the next commit.
    /// </summary>
    public bool WantsRetry { get; private set; }

    /// <summary>There is room for another batch.</summary>
    public bool CanAccept =>
        _page.HasRoom
        && _relay.Unacknowledged < Limits.UnacknowledgedEvents
        && _relay.UnacknowledgedBytes < Limits.UnacknowledgedBytes;

    /// <summary>Records that failed too often, and why: instead of being decided they are buried.</summary>
    public void Isolate(IReadOnlyDictionary<RecordId, string> records) => _isolated = records;

    /// <summary>Start, step 1: what the database says.</summary>
    public void Load(PartitionRow row, bool complete = true)
    {
        _epoch = row.Epoch;
        _page.Load(row.Head);
        _savedRelayed = row.Relayed;
        _inputs.Load(row.Inputs);
        _relay.Load(row.Relayed, row.Sent);
        _states.Load(row.Checkpoint, complete);
    }

    /// <summary>Start, step 2: states as they were saved.</summary>
    public void LoadState(string stream, long position, IReadOnlyList<StatePart> parts)
    {
        if (parts.Count > 0)
        {
            Processor.Load(stream, parts);
        }

        _states.Loaded(stream, position);
    }

    /// <summary>
    /// Start, step 3: each event of the log after the checkpoint, in order; those that are in a loaded state already
    /// are not folded again. What is not relayed yet goes out again.
    /// </summary>
    public void Recover(in StoredEvent stored)
    {
        if (stored.Position > _states.Checkpoint && stored.Position > _states.LoadedAt(stored.Stream)
            && stored.Type != DeadLetter.EventType)
        {
            Processor.Fold(stored);
            Processor.Committed(stored);
            _states.Change(stored.Stream);
        }

        if (stored.Position > _savedRelayed)
        {
            _relay.Hand(stored);
        }
    }

    /// <summary>States that could not be read are made of all their events up to a position.</summary>
    public void Rebuild(IReadOnlyCollection<string> streams, IReadOnlyList<StoredEvent> events, long through)
    {
        foreach (StoredEvent stored in events)
        {
            Processor.Fold(stored);
            Processor.Committed(stored);
        }

        foreach (string stream in streams)
        {
            _states.Loaded(stream, through);
            _states.Change(stream);
        }
    }

    /// <summary>
    /// Runs a command once the streams that it needs are in memory; <paramref name="release"/> is called once all that
    /// was decided by then is committed, and told whether a commit came after it.
    /// </summary>
    public void Execute(
        IReadOnlyCollection<string> streams, Action<IPartitionProcessor, IEventAppender> command, Action<bool> release)
    {
        if (!AllResident(streams))
        {
            _waiting.Add(new WaitingCommand(streams, command, release));
            return;
        }

        _page.Decided(null);
        command(Processor, this);
        if (Head == CommittedHead)
        {
            release(false);
        }
        else
        {
            _replies.Enqueue((Head, release));
        }
    }

    /// <summary>The streams whose states are to be read now; null: none, or a reading is under way.</summary>
    public IReadOnlyCollection<string>? TakeMissing()
    {
        if (_reading || _missing.Count == 0)
        {
            return null;
        }

        // What was asked for while it was being read is here by now, and may have changed since.
        _missing.RemoveWhere(_states.IsResident);
        if (_missing.Count == 0)
        {
            return null;
        }

        _reading = true;
        string[] streams = [.. _missing];
        _missing.Clear();
        return streams;
    }

    /// <summary>States were read: what waited for them goes on.</summary>
    public void StatesRead(long now)
    {
        _reading = false;
        WaitingCommand[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (WaitingCommand command in waiting)
        {
            Execute(command.Streams, command.Command, command.Release);
        }

        Retry(now);
        _states.Shrink();
    }

    /// <summary>Rows of states to write behind the log, when it is time.</summary>
    public StateWrite? TakeStates(bool aged)
    {
        bool due = aged || CommittedHead - Checkpoint >= _limits.CheckpointEvents;
        return _states.Next(Head, CommittedHead, due) is { } slice
            ? new StateWrite(Partition, _epoch, slice.Rows, slice.Checkpoint)
            : null;
    }

    /// <summary>Those rows are written; or not, and are given out again.</summary>
    public void StatesWritten(bool ok)
    {
        _states.Written(ok);
        _states.Shrink();
    }

    /// <summary>Takes the page that is to be committed, with all that moves with it.</summary>
    public PageWrite TakePage()
    {
        IReadOnlyList<StoredEvent> events = _page.Take();
        _inputsMoved = false;
        _savedRelayed = Relayed;
        return new PageWrite(
            Partition, _epoch, CommittedHead, events, _savedRelayed, _inputs.Save(), _relay.Save());
    }

    /// <summary>The page is durable: views see it, the relay gets it, replies go out.</summary>
    public void Committed()
    {
        foreach (StoredEvent stored in _page.Committed())
        {
            if (stored.Type != DeadLetter.EventType)
            {
                Processor.Committed(stored);
            }

            _relay.Hand(stored);
        }

        while (_replies.TryPeek(out (long Position, Action<bool> Release) reply) && reply.Position <= CommittedHead)
        {
            _replies.Dequeue();
            reply.Release(true);
        }
    }

    /// <summary>The next committed event to hand to the producer, in order.</summary>
    public bool TryTakeToSend(out StoredEvent stored) => _relay.TryTake(out stored);

    /// <summary>The oldest events sent to a target are acknowledged.</summary>
    public void Acknowledge(string topic, int partition, int count, long nextOffset) =>
        _relay.Acknowledge(topic, partition, count, nextOffset);

    /// <summary>The producer of some topics ended: what it did not acknowledge is to be sent again.</summary>
    public void Rewind(Predicate<string> topics) => _relay.Rewind(topics);

    /// <summary>Holds a target back; see <see cref="RelayLedger.Hold"/>.</summary>
    public long? Hold(string topic, int partition) => _relay.Hold(topic, partition);

    /// <summary>Ends the hold of a target.</summary>
    public void Unhold(string topic, int partition) => _relay.Unhold(topic, partition);

    /// <summary>A gap was asked for.</summary>
    public void Asked(OpenGap gap, long now) => _inputs.Asked(gap, now);

    void IEventAppender.Append(string stream, string type, byte[] body, in RecordRoot root, EventTarget? target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, EventStore.Limits.BodyBytes);
        int name = Math.Max(stream.Length, target?.Key?.Length ?? 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name, EventStore.Limits.NameChars, nameof(stream));
        Append(stream, type, body, root, target);
        _states.Change(stream);
    }

    private void Append(string stream, string type, byte[] body, in RecordRoot root, EventTarget? target)
    {
        long position = Head + 1;
        long previous = target is null ? 0 : _relay.Chain(target, position);
        // The root is kept where it travels on; elsewhere the body says all there is to say.
        byte[] cause = target is null ? [] : OriginHeader.EncodeRoot(root);
        _page.Add(new StoredEvent(position, stream, type, body, cause, target, previous));
    }

    private bool AllResident(IReadOnlyCollection<string> streams)
    {
        bool all = true;
        foreach (string stream in streams)
        {
            if (!_states.IsResident(stream))
            {
                _missing.Add(stream);
                all = false;
            }
        }

        return all;
    }
}
