using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// What a partition has sent: by target the last position (each event stores the one before it as `previous`), those
/// not yet acknowledged, and from these the position below which everything is.
/// </summary>
internal sealed class RelayLedger
{
    private readonly Dictionary<(string Topic, int Partition), Target> _targets = [];
    private readonly Queue<StoredEvent> _outbox = new();
    private long _handed;

    /// <summary>Events handed over and not acknowledged.</summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Bytes of their bodies.</summary>
    public long UnacknowledgedBytes { get; private set; }

    /// <summary>Every event up to here is acknowledged by its target.</summary>
    public long Relayed
    {
        get
        {
            long relayed = _handed;
            foreach (Target target in _targets.Values)
            {
                if (target.Waiting.TryPeek(out StoredEvent first) && first.Position <= relayed)
                {
                    relayed = first.Position - 1;
                }
            }

            return relayed;
        }
    }

    public IEnumerable<SentMark> Marks =>
        _targets.Select(t => new SentMark(
            t.Key.Topic, t.Key.Partition, t.Value.Sent, t.Value.Acknowledged, t.Value.NextOffset));

    public void Load(long relayed, byte[] column)
    {
        _handed = relayed;
        foreach (SentMark mark in RowState.DecodeSent(column))
        {
            _targets[(mark.Topic, mark.Partition)] = new Target
            {
                Sent = mark.Sent,
                Acknowledged = mark.Acknowledged,
                NextOffset = mark.NextOffset,
            };
        }
    }

    public byte[] Save() => RowState.EncodeSent(Marks);

    /// <summary>
    /// An event for a target is decided: returns the position sent there before, 0 when there is none.
    /// </summary>
    public long Chain(EventTarget target, long position)
    {
        Target state = Of(target.Topic, target.Partition);
        long previous = state.Sent;
        state.Sent = position;
        return previous;
    }

    /// <summary>An event is committed: it is to be sent, or it has nowhere to go.</summary>
    public void Hand(in StoredEvent stored)
    {
        _handed = stored.Position;
        if (stored.Target is { } target)
        {
            Of(target.Topic, target.Partition).Waiting.Enqueue(stored);
            _outbox.Enqueue(stored);
            Unacknowledged++;
            UnacknowledgedBytes += stored.Body.Length;
        }
    }

    /// <summary>
    /// The next event to send, in the order of the log; those of a target that is held wait. While the broker is away
    /// no more than so many are handed to its client, which would keep a copy of all of them.
    /// </summary>
    public bool TryTake(out StoredEvent stored)
    {
        while (Unacknowledged - _outbox.Count < Limits.UnacknowledgedEvents && _outbox.TryDequeue(out stored))
        {
            Target target = Of(stored.Target!.Topic, stored.Target.Partition);
            if (target.Held is null)
            {
                return true;
            }

            target.Held.Enqueue(stored);
        }

        stored = default;
        return false;
    }

    /// <summary>The oldest events of a target are acknowledged.</summary>
    public void Acknowledge(string topic, int partition, int count, long nextOffset)
    {
        Target state = _targets[(topic, partition)];
        for (int i = 0; i < count; i++)
        {
            StoredEvent stored = state.Waiting.Dequeue();
            state.Acknowledged = stored.Position;
            UnacknowledgedBytes -= stored.Body.Length;
        }

        state.NextOffset = Math.Max(state.NextOffset, nextOffset);
        Unacknowledged -= count;
    }

    /// <summary>
    /// The producer of some topics has ended: what it did not acknowledge is sent again, before anything newer.
    /// </summary>
    public void Rewind(Predicate<string> topics)
    {
        List<StoredEvent> again = [.. _outbox.Where(stored => !topics(stored.Target!.Topic))];
        foreach (((string topic, int _), Target target) in _targets)
        {
            if (topics(topic))
            {
                again.AddRange(target.Waiting);
                target.Held?.Clear();
            }
        }

        _outbox.Clear();
        foreach (StoredEvent stored in again.OrderBy(stored => stored.Position))
        {
            _outbox.Enqueue(stored);
        }
    }

    /// <summary>
    /// Holds a target back while what it lost is read from the log; returns the last position handed to it, or null
    /// when it is held already.
    /// </summary>
    public long? Hold(string topic, int partition)
    {
        Target target = Of(topic, partition);
        if (target.Held is not null)
        {
            return null;
        }

        target.Held = new Queue<StoredEvent>();
        return _handed;
    }

    /// <summary>Ends the hold; what waited is sent next.</summary>
    public void Unhold(string topic, int partition)
    {
        Target target = Of(topic, partition);
        Queue<StoredEvent> held = target.Held!;
        target.Held = null;
        List<StoredEvent> rest = [.. _outbox];
        _outbox.Clear();
        foreach (StoredEvent stored in held.Concat(rest))
        {
            _outbox.Enqueue(stored);
        }
    }

    private Target Of(string topic, int partition)
    {
        if (!_targets.TryGetValue((topic, partition), out Target? state))
        {
            state = new Target();
            _targets.Add((topic, partition), state);
        }

        return state;
    }

    private sealed class Target
    {
        public Queue<StoredEvent> Waiting { get; } = new();

        /// <summary>What came while the target is held; null: it is not.</summary>
        public Queue<StoredEvent>? Held { get; set; }

        public long Sent { get; set; }

        public long Acknowledged { get; set; }

        public long NextOffset { get; set; }
    }
}
