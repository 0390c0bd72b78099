using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// Hands committed events to the producers, one for each codec, and counts what they acknowledge. Acknowledgements of
/// a target come in the order of its events, so that a count is all there is to remember.
/// </summary>
internal sealed class Relay : IDisposable
{
    private readonly Dictionary<BusCodec, BusProducer> _producers = [];
    private readonly Dictionary<string, BusProducer> _byTopic = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Machine, string Topic, int Partition), Route> _routes = [];
    private readonly Guid _store;
    private readonly Signal _signal;
    private readonly Action<string> _failed;
    private int _awaited;

    public Relay(PartitionHostOptions options, Guid store, Signal signal, Action<string> failed, ILogger logger)
    {
        _store = store;
        _signal = signal;
        _failed = failed;
        foreach (TopicDefinition topic in options.Targets)
        {
            if (!_producers.TryGetValue(topic.Codec, out BusProducer? producer))
            {
                producer = new BusProducer(options.Bus, topic.Codec, logger);
                producer.Failed += failed;
                _producers.Add(topic.Codec, producer);
            }

            _byTopic.Add(topic.Name, producer);
        }
    }

    /// <summary>Sends what a machine has ready.</summary>
    public void Send(PartitionMachine machine)
    {
        while (machine.Outbox.TryDequeue(out StoredEvent stored))
        {
            EventTarget target = stored.Target!;
            byte[] origin = OriginHeader.Encode(
                _store, machine.Partition, (ulong)stored.Position, (ulong)stored.Previous, stored.Root);
            RouteOf(machine.Partition, target)
                .Produce(target.Key ?? stored.Stream, stored.Body, origin);
        }
    }

    /// <summary>
    /// The next acknowledgement wakes the loop; otherwise they are only counted, since each wake-up has its price.
    /// </summary>
    public void WakeOnAcknowledgement() => Volatile.Write(ref _awaited, 1);

    /// <summary>Tells the machines what was acknowledged since the last call.</summary>
    public void Collect(PartitionMachine[] machines)
    {
        foreach (Route route in _routes.Values)
        {
            route.Collect(machines[route.Machine]);
        }
    }

    public void Flush(TimeSpan limit)
    {
        foreach (BusProducer producer in _producers.Values)
        {
            producer.Flush(limit);
        }
    }

    public void Dispose()
    {
        foreach (BusProducer producer in _producers.Values)
        {
            producer.Dispose();
        }
    }

    private Route RouteOf(int machine, EventTarget target)
    {
        (int, string, int) id = (machine, target.Topic, target.Partition);
        if (!_routes.TryGetValue(id, out Route? route))
        {
            route = new Route(this, machine, target.Topic, target.Partition);
            _routes.Add(id, route);
        }

        return route;
    }

    /// <summary>One machine's way to one topic partition.</summary>
    private sealed class Route
    {
        private readonly Relay _relay;
        private readonly ProduceTarget _target;
        private readonly string _topic;
        private readonly int _partition;
        private int _acknowledged;
        private long _nextOffset;

        public Route(Relay relay, int machine, string topic, int partition)
        {
            _relay = relay;
            Machine = machine;
            _topic = topic;
            _partition = partition;
            _target = relay._byTopic[topic].Target(topic, partition, Acknowledged, relay._failed);
        }

        public int Machine { get; }

        public void Produce(string key, byte[] body, byte[] origin) =>
            _target.Produce(System.Text.Encoding.UTF8.GetBytes(key), body, origin);

        public void Collect(PartitionMachine machine)
        {
            // The offset is read after the count: it may be ahead of the count, and is then counted the next time.
            int count = Interlocked.Exchange(ref _acknowledged, 0);
            if (count > 0)
            {
                machine.Acknowledge(_topic, _partition, count, Volatile.Read(ref _nextOffset));
            }
        }

        // Called by the producer's thread.
        private void Acknowledged(long offset)
        {
            Volatile.Write(ref _nextOffset, offset + 1);
            Interlocked.Increment(ref _acknowledged);
            if (Volatile.Read(ref _relay._awaited) == 1 && Interlocked.Exchange(ref _relay._awaited, 0) == 1)
            {
                _relay._signal.Set();
            }
        }
    }
}
