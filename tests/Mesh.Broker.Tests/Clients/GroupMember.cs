using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;

namespace Mesh.Broker.Tests.Clients;

/// <summary>
/// A consumer of a group on a task of its own: it handles a record, then commits. It knows what it holds and how often
/// that has changed.
/// </summary>
internal sealed class GroupMember : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, byte> _held = new();
    private readonly ConcurrentDictionary<string, byte> _handled;
    private int _rebalances;
    private Task _loop = Task.CompletedTask;

    private GroupMember(ConcurrentDictionary<string, byte> handled)
    {
        _handled = handled;
    }

    public string[] Partitions => [.. _held.Keys.Order().Select(p => $"{p}")];

    /// <summary>How often partitions came or went.</summary>
    public int Rebalances => Volatile.Read(ref _rebalances);

    public static GroupMember Start(
        string servers,
        string topic,
        string group,
        PartitionAssignmentStrategy strategy,
        ConcurrentDictionary<string, byte> handled,
        string? instance = null)
    {
        GroupMember member = new(handled);
        IConsumer<string, byte[]> consumer = member.Build(new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = group,
            GroupInstanceId = instance,
            ClientId = $"member-{Guid.NewGuid():N}",
            PartitionAssignmentStrategy = strategy,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            HeartbeatIntervalMs = 100,
            SessionTimeoutMs = 6000,
        });
        consumer.Subscribe(topic);
        member._loop = Task.Factory.StartNew(() => member.Run(consumer), TaskCreationOptions.LongRunning);
        return member;
    }

    public Task HoldsAsync(int partitions) =>
        Wait.UntilAsync(() => _held.Count == partitions, $"the member does not hold {partitions} partitions");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private IConsumer<string, byte[]> Build(ConsumerConfig config) =>
        new ConsumerBuilder<string, byte[]>(config)
            .SetLogHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, assigned) => Change(assigned, true))
            .SetPartitionsRevokedHandler((_, revoked) => Change(revoked.Select(r => r.TopicPartition), false))
            .SetPartitionsLostHandler((_, lost) => Change(lost.Select(r => r.TopicPartition), false))
            .Build();

    private void Change(IEnumerable<TopicPartition> partitions, bool held)
    {
        Interlocked.Increment(ref _rebalances);
        foreach (TopicPartition partition in partitions)
        {
            if (held)
            {
                _held[partition.Partition.Value] = 0;
            }
            else
            {
                _held.TryRemove(partition.Partition.Value, out _);
            }
        }
    }

    private void Run(IConsumer<string, byte[]> consumer)
    {
        using (consumer)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
                    {
                        _handled[Encoding.UTF8.GetString(record.Message.Value)] = 0;
                        consumer.Commit(record);
                    }
                }
                catch (KafkaException)
                {
                    // A commit that came too late for a rebalance: another member handles the record again.
                }
            }

            consumer.Close();
        }
    }
}

/// <summary>A topic into which records keep coming until it is stopped.</summary>
internal sealed class LoadedTopic : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _produced = new();
    private Task _loop = Task.CompletedTask;

    public static LoadedTopic Start(string servers, string topic, int partitions)
    {
        LoadedTopic load = new();
        load._loop = Task.Run(() => load.RunAsync(servers, topic, partitions));
        return load;
    }

    /// <summary>Stops; what was produced and acknowledged.</summary>
    public async Task<string[]> StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        return [.. _produced];
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task RunAsync(string servers, string topic, int partitions)
    {
        using IProducer<string, byte[]> producer = KafkaClient.Producer(servers);
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            string value = $"record-{i}";
            await producer.ProduceAsync(
                new TopicPartition(topic, i % partitions),
                new Message<string, byte[]> { Value = Encoding.UTF8.GetBytes(value) });
            _produced.Enqueue(value);
            await Task.Delay(2);
        }
    }
}
