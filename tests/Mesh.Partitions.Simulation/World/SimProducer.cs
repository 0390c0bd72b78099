using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Simulation.World;

/// <summary>
/// An instance's producer: idempotent and gapless. What was handed to one session arrives in order by target; when it
/// fails or its process dies, a part of what is under way still arrives, perhaps long after the next session began.
/// </summary>
internal sealed class SimProducer(SimWorld world, SimService service, SimInstance instance)
{
    private const int Pause = 250;
    private readonly HashSet<Tenure> _closed = [];
    private SendSession? _session = new();

    public void Send(Tenure tenure, in StoredEvent stored, bool counted)
    {
        if (_session is not { } session)
        {
            return;
        }

        RecordOrigin origin = new(
            service.StoreId, tenure.Partition, (ulong)stored.Position, (ulong)stored.Previous, default);
        SimTopic topic = world.Broker.Topic(stored.Target!.Topic, stored.Target.Partition);
        world.Trace?.Add(
            $"{instance.Name} sends {stored.Position - SimDatabase.Origin} to {topic.Name}/{topic.Partition}"
            + (counted ? "" : " again"));
        session.Of(topic).Enqueue(new Sent(tenure, new SimRecord(stored.Body, origin), counted));
        world.Broker.UnderWay++;
        world.Clock.In(world.Delay(), () => Arrive(session, topic));
    }

    /// <summary>Nothing is acknowledged to the tenure any more.</summary>
    public void Close(Tenure tenure) => _closed.Add(tenure);

    /// <summary>The session ends; another one begins after a pause.</summary>
    public void Fail()
    {
        if (_session is { } session)
        {
            world.Coverage.Count(Happening.SessionFailed);
            End(session);
            _session = null;
            world.Clock.In(Pause, () => instance.Post(() =>
            {
                _session = new SendSession();
                world.Coverage.Count(Happening.Rewind);
                instance.Machine.SenderFailed(_ => true);
            }));
        }
    }

    /// <summary>The process dies.</summary>
    public void Die()
    {
        if (_session is { } session)
        {
            End(session);
            _session = null;
        }
    }

    /// <summary>The broker takes nothing from this session for a while.</summary>
    public void Hold(long until)
    {
        if (_session is not null)
        {
            _session.HeldUntil = until;
        }
    }

    // Any prefix of what is under way arrives, and no earlier than some moment.
    private void End(SendSession session)
    {
        session.HeldUntil = world.Clock.Now + world.Dice.Below(world.Dice.Chance(30) ? 2_500 : 100);
        foreach (Queue<Sent> target in session.Targets.Values)
        {
            Sent[] prefix = [.. target.Take(world.Dice.Between(0, target.Count))];
            world.Broker.UnderWay -= target.Count - prefix.Length;
            target.Clear();
            foreach (Sent sent in prefix)
            {
                target.Enqueue(sent);
            }
        }
    }

    private void Arrive(SendSession session, SimTopic topic)
    {
        Queue<Sent> target = session.Of(topic);
        if (target.Count == 0)
        {
            return;
        }

        if (world.Clock.Now < session.HeldUntil && world.FaultsOn)
        {
            world.Clock.At(session.HeldUntil, () => Arrive(session, topic));
            return;
        }

        Sent sent = target.Dequeue();
        world.Broker.UnderWay--;
        if (session == _session && world.FaultsOn && !world.Settings.Lossy && world.Dice.Below(400) == 0)
        {
            // A record that cannot be delivered ends the session: nothing that follows it arrives.
            world.Broker.UnderWay -= target.Count;
            target.Clear();
            Fail();
            return;
        }

        if (session != _session)
        {
            world.Coverage.Count(Happening.ZombieRecord);
        }

        if (!sent.Counted)
        {
            world.Coverage.Count(Happening.Resent);
        }

        long offset = topic.Records.Count;
        bool lost = world.Broker.Loses > 0 && session == _session && sent.Counted;
        if (lost)
        {
            world.Broker.Loses--;
            world.Broker.Lost[sent.Tenure.Partition, topic.Partition]++;
            world.Coverage.Count(Happening.RecordLost);
        }
        else
        {
            topic.Append(sent.Record);
        }

        world.Checks.Arrived(sent.Tenure.Partition, topic.Partition, (long)sent.Record.Origin!.Value.Position);
        world.Trace?.Add(
            $"{instance.Name}'s {(long)sent.Record.Origin!.Value.Position - SimDatabase.Origin} arrives at "
            + $"{topic.Name}/{topic.Partition}@{offset}{(lost ? " and is lost" : "")}");
        world.Clock.In(world.Delay(), () => instance.Post(() => Acknowledge(session, sent, topic, offset)));
    }

    private void Acknowledge(SendSession session, Sent sent, SimTopic topic, long offset)
    {
        if (session == _session && sent.Counted && !_closed.Contains(sent.Tenure))
        {
            sent.Tenure.Acknowledge(topic.Name, topic.Partition, 1, offset + 1);
        }
    }

    private sealed record Sent(Tenure Tenure, SimRecord Record, bool Counted);

    private sealed class SendSession
    {
        public Dictionary<SimTopic, Queue<Sent>> Targets { get; } = [];

        public long HeldUntil { get; set; }

        public Queue<Sent> Of(SimTopic topic)
        {
            if (!Targets.TryGetValue(topic, out Queue<Sent>? target))
            {
                Targets.Add(topic, target = new Queue<Sent>());
            }

            return target;
        }
    }
}
