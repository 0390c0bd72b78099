using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Mesh.EventStore;
using Mesh.Wiring;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Ingestion;

/// <summary>Is told, by the producer's thread, that an action is durable.</summary>
internal interface IAcknowledged
{
    void Acknowledged(long number, int lane, int partition, long offset);
}

/// <summary>
/// OUT: accepted actions go to their lane's topic, to their player's partition. Ingestion has nothing to decide, so
/// it has no page to commit: an action is durable when the broker says so.
/// </summary>
internal sealed class ActionRelay : IHostedService, IHealthCheck, IAsyncDisposable
{
    private readonly ServiceOptions _options;
    private readonly ILogger<ActionRelay> _logger;
    private readonly Route[] _routes = new Route[TopicCatalog.Actions.Count * Placement.Partitions];
    private BusProducer? _producer;
    private PartitionedStore? _store;
    private int _held;
    private volatile string? _failure = "The topics are not checked yet.";

    public ActionRelay(ServiceOptions options, ILogger<ActionRelay> logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <summary>Whether actions can be sent.</summary>
    public bool Ready => _failure is null;

    /// <summary>How much is held that is not acknowledged, of what may be: from 0 to 1, and a little over it.</summary>
    public double Pressure => (double)Volatile.Read(ref _held) / Limits.HeldActions;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _store = await PartitionedStore.OpenAsync(_options.Database, Placement.Partitions, cancellationToken);
        await TopicSetup.EnsureAsync(
            _options.Bus, [.. TopicCatalog.Actions.Select(t => t.Definition)], _logger, cancellationToken);
        _producer = new BusProducer(_options.Bus, TopicCatalog.ActionsP0.Codec, _logger);
        for (int lane = 0; lane < TopicCatalog.Actions.Count; lane++)
        {
            for (int partition = 0; partition < Placement.Partitions; partition++)
            {
                _routes[(lane * Placement.Partitions) + partition] = new Route(this, lane, partition);
            }
        }

        _failure = null;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _failure ??= "The service stops.";
        _producer?.Flush(TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    }

    /// <summary>Sends an action. Actions of one caller keep their order within a lane and partition.</summary>
    public void Send(in Judged judged, IAcknowledged sink, long number)
    {
        byte[] key = Encoding.UTF8.GetBytes(judged.Key);
        int partition = Placement.Partition(key);
        _routes[(judged.Lane * Placement.Partitions) + partition].Send(key, judged.Record, sink, number);
    }

    /// <summary>How far each lane's partitions are acknowledged.</summary>
    public ProgressResponse Progress()
    {
        ProgressResponse response = new() { Store = ByteString.CopyFrom(Ids.ToBytes(_store!.StoreId)) };
        for (int n = 0; n < Placement.Partitions; n++)
        {
            PartitionProgress partition = new() { Partition = (uint)n };
            for (int lane = 0; lane < TopicCatalog.Actions.Count; lane++)
            {
                long next = _routes[(lane * Placement.Partitions) + n].NextOffset;
                if (next > 0)
                {
                    partition.Targets.Add(new RelayProgress
                    {
                        Topic = TopicCatalog.Actions[lane].Name,
                        Partition = (uint)n,
                        NextOffset = (ulong)next,
                    });
                }
            }

            response.Partitions.Add(partition);
        }

        return response;
    }

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_failure is { } failure)
        {
            return HealthCheckResult.Unhealthy(failure);
        }

        await _store!.PingAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    private void Failed(string reason)
    {
        _failure = reason;
        IngestionMessages.ProducerEnded(_logger, reason);
    }

    /// <summary>One partition of one lane. Acknowledgements come in the order of what was sent.</summary>
    private sealed class Route
    {
        private readonly Lock _order = new();
        private readonly ConcurrentQueue<(IAcknowledged Sink, long Number)> _waiting = new();
        private readonly ActionRelay _relay;
        private readonly ProduceTarget _target;
        private readonly int _lane;
        private readonly int _partition;
        private long _nextOffset;

        public Route(ActionRelay relay, int lane, int partition)
        {
            _relay = relay;
            _lane = lane;
            _partition = partition;
            _target = relay._producer!.Target(
                TopicCatalog.Actions[lane].Name, partition, Acknowledged, relay.Failed);
        }

        public long NextOffset => Volatile.Read(ref _nextOffset);

        public void Send(byte[] key, byte[] record, IAcknowledged sink, long number)
        {
            Interlocked.Increment(ref _relay._held);

            // Taking a place in the queue and producing are one step; the producer's thread takes from it without the
            // lock.
            lock (_order)
            {
                _waiting.Enqueue((sink, number));
                _target.Produce(key, record, null);
            }
        }

        private void Acknowledged(long offset)
        {
            Volatile.Write(ref _nextOffset, offset + 1);
            if (_waiting.TryDequeue(out (IAcknowledged Sink, long Number) first))
            {
                Interlocked.Decrement(ref _relay._held);
                first.Sink.Acknowledged(first.Number, _lane, _partition, offset);
            }
        }
    }
}
