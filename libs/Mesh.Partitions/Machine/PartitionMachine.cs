using System.Diagnostics;
using Mesh.Bus;
using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>A record as it came from a topic, with its origin when it was relayed.</summary>
internal readonly record struct Arrival(string Topic, int Partition, long Offset, byte[] Value, RecordOrigin? Origin);

/// <summary>
/// One partition, without I/O: what arrives goes in by its methods; pages to commit, events to relay and replies to
/// release come out. The shell that drives it owns connections, threads and clocks, so that a simulation can drive
/// the same code. A machine that was refused a commit, or does not know its outcome, is thrown away and made anew
/// from the database.
/// </summary>
internal sealed class PartitionMachine : IEventAppender
{
    private readonly IPartitionProcessor _processor;
    private readonly InputLedger _inputs = new();
    private readonly RelayLedger _relay = new();
    private readonly Queue<Arrival> _held = new();
    private readonly Queue<(long Position, Action Release)> _replies = new();
    private List<StoredEvent> _page = [];
    private List<StoredEvent>? _inFlight;
    private int _pageBytes;
    private long _epoch;
    private long _committed;
    private long _savedRelayed;
    private bool _inputsMoved;

    public PartitionMachine(int partition, IPartitionProcessor processor)
    {
        Partition = partition;
        _processor = processor;
    }

    public int Partition { get; }

    /// <summary>Committed events that wait to be handed to the producer, in order.</summary>
    public Queue<StoredEvent> Outbox { get; } = new();

    /// <summary>The next offset of each topic partition that was read.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Next => _inputs.Next;

    /// <summary>The last position decided, committed or not.</summary>
    public long Head { get; private set; }

    public long Relayed => _relay.Relayed;

    public IEnumerable<SentMark> Sent => _relay.Marks;

    /// <summary>Events are decided that no commit holds yet.</summary>
    public bool HasPage => _page.Count > 0;

    /// <summary>A commit is under way.</summary>
    public bool Committing => _inFlight is not null;

    /// <summary>Only offsets or what is relayed have moved: a commit may wait for company.</summary>
    public bool HasQuietProgress => _inputsMoved || Relayed != _savedRelayed;

    public bool HasUnacknowledged => _relay.Unacknowledged > 0;

    public bool HasHeld => _held.Count > 0;

    /// <summary>
    /// Held records could be tried, but the page is full: <see cref="Retry"/> goes on after the next commit.
    /// </summary>
    public bool WantsRetry { get; private set; }

    /// <summary>There is room for another batch.</summary>
    public bool CanAccept =>
        PageHasRoom
        && _relay.Unacknowledged < Limits.UnacknowledgedEvents
        && _held.Count < Limits.HeldRecords;

    /// <summary>Start, step 1: what the database says.</summary>
    public void Load(PartitionRow row)
    {
        _epoch = row.Epoch;
        _committed = row.Head;
        _savedRelayed = row.Relayed;
        Head = row.Head;
        _inputs.Load(row.Inputs);
        _relay.Load(row.Relayed, row.Sent);
    }

    /// <summary>Start, step 2: each event of the log, in order. Those not yet relayed go out again.</summary>
    public void Recover(in StoredEvent stored)
    {
        _processor.Fold(stored);
        _processor.Committed(stored);
        if (stored.Position > _savedRelayed)
        {
            Publish(stored);
        }
    }

    /// <summary>A record arrives.</summary>
    /// <exception cref="RecordLostException">A record that its origin sent before is missing.</exception>
    public void Accept(in Arrival arrival)
    {
        if (_held.Count > 0 || !TryDecide(arrival))
        {
            _held.Enqueue(arrival);
        }
    }

    /// <summary>Something that a record waited for may have changed.</summary>
    public void Retry()
    {
        WantsRetry = false;
        while (_held.TryPeek(out Arrival first))
        {
            if (!PageHasRoom)
            {
                WantsRetry = true;
                return;
            }

            if (!TryDecide(first))
            {
                return;
            }

            _held.Dequeue();
        }
    }

    /// <summary>
    /// Runs a command; <paramref name="release"/> is called once all that was decided by then is committed.
    /// </summary>
    public void Execute(Action<IPartitionProcessor, IEventAppender> command, Action release)
    {
        command(_processor, this);
        if (Head == _committed)
        {
            release();
        }
        else
        {
            _replies.Enqueue((Head, release));
        }
    }

    /// <summary>Takes the page that is to be committed, with all that moves with it.</summary>
    public PageWrite TakePage()
    {
        Debug.Assert(_inFlight is null, "One commit of a partition is under way at a time.");
        _inFlight = _page;
        _page = [];
        _pageBytes = 0;
        _inputsMoved = false;
        _savedRelayed = Relayed;
        return new PageWrite(Partition, _epoch, _committed, _inFlight, _savedRelayed, _inputs.Save(), _relay.Save());
    }

    /// <summary>The page is durable: views see it, the relay gets it, replies go out.</summary>
    public void Committed()
    {
        Debug.Assert(_inFlight is not null, "A commit was under way.");
        foreach (StoredEvent stored in _inFlight)
        {
            _processor.Committed(stored);
            Publish(stored);
        }

        _committed += _inFlight.Count;
        _inFlight = null;
        while (_replies.TryPeek(out (long Position, Action Release) reply) && reply.Position <= _committed)
        {
            _replies.Dequeue();
            reply.Release();
        }
    }

    /// <summary>The oldest events sent to a target are acknowledged.</summary>
    public void Acknowledge(string topic, int partition, int count, long nextOffset) =>
        _relay.Acknowledge(topic, partition, count, nextOffset);

    void IEventAppender.Append(string stream, string type, byte[] body, in RecordRoot root, EventTarget? target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, EventStore.Limits.BodyBytes);
        long position = ++Head;
        long previous = target is null ? 0 : _relay.Chain(target, position);
        // The root is kept where it travels on; elsewhere the body says all there is to say.
        byte[] cause = target is null ? [] : OriginHeader.EncodeRoot(root);
        _page.Add(new StoredEvent(position, stream, type, body, cause, target, previous));
        _pageBytes += body.Length;
    }

    private bool PageHasRoom => _page.Count < Limits.PageEvents && _pageBytes < Limits.PageBytes;

    private bool TryDecide(in Arrival arrival)
    {
        switch (_inputs.Judge(arrival.Topic, arrival.Partition, arrival.Offset, arrival.Origin))
        {
            case Admission.Gap:
                throw new RecordLostException(
                    $"Partition {Partition}: record {arrival.Offset} of {arrival.Topic}/{arrival.Partition} follows "
                    + $"position {arrival.Origin!.Value.Previous} of its origin, which never arrived.");
            case Admission.Apply:
                RecordRoot root = arrival.Origin?.Root ?? default;
                TopicRecord record = new(arrival.Topic, arrival.Partition, arrival.Offset, arrival.Value, root);
                if (_processor.Process(record, this) == Verdict.Wait)
                {
                    return false;
                }

                break;
        }

        _inputs.Note(arrival.Topic, arrival.Partition, arrival.Offset, arrival.Origin);
        _inputsMoved = true;
        return true;
    }

    private void Publish(in StoredEvent stored)
    {
        _relay.Hand(stored);
        if (stored.Target is not null)
        {
            Outbox.Enqueue(stored);
        }
    }
}
