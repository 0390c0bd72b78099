using System.Text;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// Hands committed events to the producers, one for each codec, and counts what they acknowledge. Acknowledgements of
/// a target come in the order of its events, so that a count is all there is to remember. A producer that ends is
/// replaced; the next one begins with what is not acknowledged.
/// </summary>
internal sealed class Relay : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // More than the machines ever leave unacknowledged, so that handing over never blocks the loop.
    private static readonly ProducerLimits Room = new() { QueueMaxMessages = 1_000_000, QueueMaxKbytes = 1_048_576 };

    private readonly Dictionary<string, BusCodec> _codecs = new(StringComparer.Ordinal);
    private readonly Dictionary<BusCodec, BusProducer?> _producers = [];
    private readonly Dictionary<Tenure, Dictionary<(string Topic, int Partition), Route>> _routes = [];
    private readonly PartitionHostOptions _options;
    private readonly Guid _store;
    private readonly Signal _signal;
    private readonly Action<Action> _post;
    private readonly Action<Predicate<string>> _failed;
    private readonly ILogger _logger;
    private int _awaited;
    private bool _disposed;

    /// <param name="options">The topics and their codecs.</param>
    /// <param name="store">The origin that records name.</param>
    /// <param name="signal">Wakes the loop.</param>
    /// <param name="post">Runs something in the loop.</param>
    /// <param name="failed">
    /// Called in the loop when there is a new producer, with the topics that it is for.
    /// </param>
    /// <param name="logger">Where the client's messages go.</param>
    public Relay(
        PartitionHostOptions options, Guid store, Signal signal, Action<Action> post,
        Action<Predicate<string>> failed, ILogger logger)
    {
        (_options, _store, _signal, _post, _failed, _logger) = (options, store, signal, post, failed, logger);
        foreach (TopicDefinition topic in options.Targets)
        {
            _codecs.Add(topic.Name, topic.Codec);
            _producers.TryAdd(topic.Codec, null);
        }
    }

    /// <summary>When something was acknowledged last, by the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long AcknowledgedAt { get; private set; } = Environment.TickCount64;

    /// <summary>Makes the producers. Events that came before wait for them.</summary>
    public void Begin()
    {
        foreach (BusCodec codec in _producers.Keys.ToArray())
        {
            Open(codec);
        }

        _failed(_ => true);
    }

    /// <summary>Sends an event; without a producer, or between two, it waits for the next one.</summary>
    public void Send(Tenure tenure, in StoredEvent stored, bool counted)
    {
        EventTarget target = stored.Target!;
        if (_producers[_codecs[target.Topic]] is not { FatalError: null } producer)
        {
            return;
        }

        byte[] origin = OriginHeader.Encode(
            _store, tenure.Partition, (ulong)stored.Position, (ulong)stored.Previous, stored.Root);
        byte[] key = Encoding.UTF8.GetBytes(target.Key ?? stored.Stream);
        if (counted)
        {
            RouteOf(tenure, target, producer).To.Produce(key, stored.Body, origin);
        }
        else
        {
            using ProduceTarget once = producer.Target(target.Topic, target.Partition, _ => { }, _ => { });
            once.Produce(key, stored.Body, origin);
        }
    }

    /// <summary>A tenure has ended: its acknowledgements are nobody's any more.</summary>
    public void Close(Tenure tenure)
    {
        if (_routes.Remove(tenure, out Dictionary<(string, int), Route>? routes))
        {
            foreach (Route route in routes.Values)
            {
                route.To.Dispose();
            }
        }
    }

    /// <summary>
    /// The next acknowledgement wakes the loop; otherwise they are only counted, since each wake-up has its price.
    /// </summary>
    public void WakeOnAcknowledgement() => Volatile.Write(ref _awaited, 1);

    /// <summary>Tells the tenures what was acknowledged since the last call.</summary>
    public void Collect()
    {
        bool any = false;
        foreach ((Tenure tenure, Dictionary<(string, int), Route> routes) in _routes)
        {
            foreach (Route route in routes.Values)
            {
                any |= route.Collect(tenure);
            }
        }

        if (any)
        {
            AcknowledgedAt = Environment.TickCount64;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (BusProducer? producer in _producers.Values)
        {
            producer?.Dispose();
        }
    }

    private void Open(BusCodec codec)
    {
        BusProducer producer = new(_options.Bus, codec, _logger, Room);
        producer.Failed += reason => _ = ReplaceAsync(codec);
        _producers[codec] = producer;
    }

    private async Task ReplaceAsync(BusCodec codec)
    {
        await Task.Delay(Pause);
        _post(() =>
        {
            if (_disposed)
            {
                return;
            }

            // Its routes count what it acknowledged; a new producer has new ones.
            Collect();
            foreach (Dictionary<(string Topic, int Partition), Route> routes in _routes.Values)
            {
                foreach (((string Topic, int) id, Route route) in routes
                    .Where(r => _codecs[r.Key.Topic] == codec).ToArray())
                {
                    route.To.Dispose();
                    routes.Remove(id);
                }
            }

            _producers[codec]?.Dispose();
            Open(codec);
            _failed(topic => _codecs[topic] == codec);
        });
    }

    private Route RouteOf(Tenure tenure, EventTarget target, BusProducer producer)
    {
        if (!_routes.TryGetValue(tenure, out Dictionary<(string, int), Route>? routes))
        {
            routes = [];
            _routes.Add(tenure, routes);
        }

        if (!routes.TryGetValue((target.Topic, target.Partition), out Route? route))
        {
            route = new Route(this, target.Topic, target.Partition, producer);
            routes.Add((target.Topic, target.Partition), route);
        }

        return route;
    }

    /// <summary>One tenure's way to one topic partition, by one producer.</summary>
    private sealed class Route
    {
        private readonly Relay _relay;
        private readonly string _topic;
        private readonly int _partition;
        private int _acknowledged;
        private long _nextOffset;

        public Route(Relay relay, string topic, int partition, BusProducer producer)
        {
            (_relay, _topic, _partition) = (relay, topic, partition);
            To = producer.Target(topic, partition, Acknowledged, _ => { });
        }

        public ProduceTarget To { get; }

        public bool Collect(Tenure tenure)
        {
            // The offset is read after the count: it may be ahead of the count, and is then counted the next time.
            int count = Interlocked.Exchange(ref _acknowledged, 0);
            if (count > 0)
            {
                tenure.Acknowledge(_topic, _partition, count, Volatile.Read(ref _nextOffset));
            }

            return count > 0;
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
