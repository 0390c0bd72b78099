using System.Collections.Concurrent;
using Mesh.Bus;
using Mesh.Contracts;

namespace Mesh.Ingestion.Relaying;

/// <summary>An action on its way, and who is told when it is durable.</summary>
/// <param name="Route">Its lane and partition.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Record">The record's value.</param>
/// <param name="Sink">Who is told.</param>
/// <param name="Number">What the action is called there.</param>
internal readonly record struct WaitingAction(
    ActionRoute Route, byte[] Key, byte[] Record, IAcknowledged Sink, long Number);

/// <summary>
/// One partition of one lane: all that is not durable, in order. Either a producer has it and acknowledges from the
/// front, and the last ones may still wait for their lump; or the route is held, and who takes from the front
/// acknowledges.
/// </summary>
internal sealed class ActionRoute(ActionRelay relay, Lumps lumps, int lane, int partition)
{
    private readonly Lock _order = new();
    private readonly ConcurrentQueue<WaitingAction> _waiting = new();
    private readonly Queue<(byte[] Key, byte[] Record)> _lump = new();
    private ProduceTarget? _target;
    private long _nextOffset;
    private long _acknowledged;
    private long _seen;
    private int _stillLooks;

    public string Topic => TopicCatalog.Actions[lane].Name;

    public int Partition => partition;

    /// <summary>The offset after the last that the broker has acknowledged.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    public void Send(byte[] key, byte[] record, IAcknowledged sink, long number)
    {
        // Taking a place in the queue and producing are one step; the producer's thread takes from it without the
        // lock. A producer that has ended takes nothing: the action waits for what comes next.
        lock (_order)
        {
            _waiting.Enqueue(new WaitingAction(this, key, record, sink, number));
            if (_target is null)
            {
                return;
            }

            if (lumps.Takes(lane) || _lump.Count > 0)
            {
                _lump.Enqueue((key, record));
            }
            else
            {
                _target.Produce(key, record, null);
            }
        }
    }

    /// <summary>The producer gets what has gathered; how many actions.</summary>
    public int SendLump()
    {
        lock (_order)
        {
            int count = _lump.Count;
            while (_lump.TryDequeue(out (byte[] Key, byte[] Record) action))
            {
                _target!.Produce(action.Key, action.Record, null);
            }

            return count;
        }
    }

    /// <summary>The producer is disposed: what it did not acknowledge waits here, what comes behind it.</summary>
    public void Hold()
    {
        lock (_order)
        {
            _target = null;
            _lump.Clear();
        }
    }

    /// <summary>A producer gets what waits, in order, and then what comes.</summary>
    public void Resume(BusProducer producer)
    {
        lock (_order)
        {
            ProduceTarget target = producer.Target(Topic, partition, Acknowledged, _ => { });
            foreach (WaitingAction action in _waiting)
            {
                target.Produce(action.Key, action.Record, null);
            }

            _target = target;
            _stillLooks = 0;
        }
    }

    /// <summary>Takes the oldest action of a held route.</summary>
    public bool TryTake(out WaitingAction action) => _waiting.TryDequeue(out action);

    /// <summary>An action that was taken is durable. It has no offset yet, so that its token promises less.</summary>
    public void Logged(in WaitingAction action) => Tell(action, -1);

    /// <summary>The broker has acknowledged logged actions up to an offset.</summary>
    public void NoteOffset(long nextOffset)
    {
        if (nextOffset > NextOffset)
        {
            Volatile.Write(ref _nextOffset, nextOffset);
        }
    }

    /// <summary>
    /// Called in even intervals: whether nothing was acknowledged between so many looks although something waits. By
    /// looks and not by a clock, so that this process may stall without taking the broker for stalled; and a broker
    /// that is slow but goes on is not away.
    /// </summary>
    public bool IsStill()
    {
        long acknowledged = Volatile.Read(ref _acknowledged);
        if (_waiting.IsEmpty || acknowledged != _seen)
        {
            (_seen, _stillLooks) = (acknowledged, 0);
            return false;
        }

        return ++_stillLooks > Limits.OutageLooks;
    }

    // Called by the producer's thread, in the order of what was sent.
    private void Acknowledged(long offset)
    {
        Volatile.Write(ref _nextOffset, offset + 1);
        if (_waiting.TryDequeue(out WaitingAction first))
        {
            Volatile.Write(ref _acknowledged, _acknowledged + 1);
            Tell(first, offset);
        }
    }

    private void Tell(in WaitingAction action, long offset)
    {
        relay.Settled();
        action.Sink.Acknowledged(action.Number, lane, partition, offset);
    }
}
