using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// What a partition has sent: by target the last position (each event stores the one before it as `previous`), those
/// not yet acknowledged, and from these the position below which everything is.
/// </summary>
internal sealed class RelayLedger
{
    private readonly Dictionary<(string Topic, int Partition), Target> _targets = [];
    private long _handed;

    /// <summary>Events handed to the producer and not acknowledged.</summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Every event up to here is acknowledged by its target.</summary>
    public long Relayed
    {
        get
        {
            long relayed = _handed;
            foreach (Target target in _targets.Values)
            {
                if (target.Waiting.TryPeek(out long first) && first <= relayed)
                {
                    relayed = first - 1;
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

    /// <summary>An event is committed: it goes to the producer, or it has nowhere to go.</summary>
    public void Hand(in StoredEvent stored)
    {
        _handed = stored.Position;
        if (stored.Target is { } target)
        {
            Of(target.Topic, target.Partition).Waiting.Enqueue(stored.Position);
            Unacknowledged++;
        }
    }

    /// <summary>The oldest events of a target are acknowledged.</summary>
    public void Acknowledge(string topic, int partition, int count, long nextOffset)
    {
        Target state = _targets[(topic, partition)];
        for (int i = 0; i < count; i++)
        {
            state.Acknowledged = state.Waiting.Dequeue();
        }

        state.NextOffset = Math.Max(state.NextOffset, nextOffset);
        Unacknowledged -= count;
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
        public Queue<long> Waiting { get; } = new();

        public long Sent { get; set; }

        public long Acknowledged { get; set; }

        public long NextOffset { get; set; }
    }
}
