using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Server;

/// <summary>
/// An idempotent load that goes on while its broker dies: numbered records to some partitions, values of a few keys to
/// a compacted topic, and a group that reads and commits.
/// </summary>
internal sealed class KillLoad : IDisposable
{
    private const string Topic = "numbered";
    private const string Keys = "keyed";
    private const int Partitions = 3;
    private const int KeyCount = 20;
    private const int MostUnderWay = 1500;

    private readonly string _servers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IProducer<string, byte[]> _producer;
    private readonly IConsumer<string, byte[]> _consumer;
    private readonly int[] _produced = new int[Partitions];
    private readonly long[] _lastOfKey = new long[KeyCount];
    private readonly long[] _committed = new long[Partitions];
    private readonly Task _producing;
    private readonly Task _consuming;
    private int _sent;
    private int _acknowledged;

    private KillLoad(string servers)
    {
        _servers = servers;
        _producer = KafkaClient.Producer(servers, CompressionType.None, lingerMs: 1, Reconnecting);
        _consumer = KafkaClient.Consumer(servers, "killed", Reconnecting);
        _consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(Topic, p, 0)));
        _producing = Task.Run(Produce);
        _consuming = Task.Run(Consume);
    }

    public ConcurrentQueue<string> Failures { get; } = new();

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public int Commits { get; private set; }

    public static async Task<KillLoad> StartAsync(string servers)
    {
        Dictionary<string, string> small = new() { ["segment.bytes"] = "65536" };
        await KafkaClient.CreateTopicAsync(servers, Topic, Partitions, small);
        await KafkaClient.CreateTopicAsync(servers, Keys, 1, new(small)
        {
            ["cleanup.policy"] = "compact", ["min.cleanable.dirty.ratio"] = "0.1",
        });
        return new KillLoad(servers);
    }

    /// <summary>Ends the load; everything that was produced is acknowledged then.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _producing;
        await _consuming;
        _producer.Flush(KafkaClient.Deadline);
        if (_acknowledged != _sent)
        {
            Failures.Enqueue($"{_sent} records were produced and {_acknowledged} acknowledged.");
        }
    }

    /// <summary>Reads everything: each record once, at its own offset; the last value of each key; commits.</summary>
    public void Verify(TestBroker broker)
    {
        for (int p = 0; p < Partitions; p++)
        {
            List<ConsumeResult<string, byte[]>> read = ReadAll(broker, new TopicPartition(Topic, p));
            Assert.Equal(_produced[p], read.Count);
            Assert.All(read, (r, i) => Assert.Equal((i, $"{i}"), ((int)r.Offset.Value, Text(r))));
        }

        List<ConsumeResult<string, byte[]>> keyed = ReadAll(broker, new TopicPartition(Keys, 0));
        Assert.Equal(keyed.Select(r => r.Offset.Value).Order(), keyed.Select(r => r.Offset.Value));
        Assert.All(
            keyed.GroupBy(r => r.Message.Key),
            k => Assert.Equal($"{_lastOfKey[int.Parse(k.Key)]}", Text(k.Last())));
        Assert.Equal(_lastOfKey.Count(n => n > 0), keyed.Select(r => r.Message.Key).Distinct().Count());
        using IConsumer<string, byte[]> group = KafkaClient.Consumer(broker.Servers, "killed");
        List<TopicPartitionOffset> kept = group.Committed(
            Enumerable.Range(0, Partitions).Select(p => new TopicPartition(Topic, p)), KafkaClient.Deadline);
        Assert.All(kept, k => Assert.True(
            Math.Max(0, k.Offset.Value) >= _committed[k.Partition.Value],
            $"{_committed[k.Partition.Value]} of {k.Partition} was committed, and now it is {k.Offset}."));
        VerifyResumption(broker, kept);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _producer.Dispose();
        _consumer.Dispose();
        _stopping.Dispose();
    }

    private static void Reconnecting(ClientConfig config) =>
        (config.ReconnectBackoffMs, config.ReconnectBackoffMaxMs) = (10, 100);

    private static string Text(ConsumeResult<string, byte[]> result) => Encoding.ASCII.GetString(result.Message.Value);

    /// <summary>A new member of the group goes on where the group was.</summary>
    private void VerifyResumption(TestBroker broker, List<TopicPartitionOffset> kept)
    {
        using IConsumer<string, byte[]> member = KafkaClient.Consumer(
            broker.Servers, "killed", c => c.AutoOffsetReset = AutoOffsetReset.Earliest);
        member.Subscribe(Topic);
        Dictionary<int, long> expected = kept
            .Select(k => (Partition: k.Partition.Value, Offset: Math.Max(0, k.Offset.Value)))
            .Where(k => k.Offset < _produced[k.Partition])
            .ToDictionary(k => k.Partition, k => k.Offset);
        using CancellationTokenSource deadline = new(KafkaClient.Deadline);
        while (expected.Count > 0)
        {
            ConsumeResult<string, byte[]> read = member.Consume(deadline.Token);
            if (expected.Remove(read.Partition.Value, out long offset))
            {
                Assert.Equal(offset, read.Offset.Value);
            }
        }
    }

    private static List<ConsumeResult<string, byte[]>> ReadAll(TestBroker broker, TopicPartition partition)
    {
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(
            broker.Servers, configure: c => c.EnablePartitionEof = true);
        consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
        using CancellationTokenSource deadline = new(KafkaClient.Deadline);
        List<ConsumeResult<string, byte[]>> read = [];
        for (var next = consumer.Consume(deadline.Token); !next.IsPartitionEOF; next = consumer.Consume(deadline.Token))
        {
            read.Add(next);
        }

        return read;
    }

    private void Produce()
    {
        for (int n = 1; !_stopping.IsCancellationRequested; n++)
        {
            while (_sent - Acknowledged > MostUnderWay && !_stopping.IsCancellationRequested)
            {
                Thread.Sleep(1);
            }

            int partition = n % Partitions;
            Send(new TopicPartition(Topic, partition), null, _produced[partition]++);
            if (n % 3 == 0)
            {
                int key = n / 3 % KeyCount;
                _lastOfKey[key] = n;
                Send(new TopicPartition(Keys, 0), $"{key}", n);
            }

            if (n % 50 == 0)
            {
                Thread.Sleep(1);
            }
        }
    }

    private void Send(TopicPartition to, string? key, int number)
    {
        _sent++;
        _producer.Produce(
            to,
            new Message<string, byte[]> { Key = key!, Value = Encoding.ASCII.GetBytes($"{number}") },
            report =>
            {
                Interlocked.Increment(ref _acknowledged);
                if (report.Error.IsError)
                {
                    Failures.Enqueue($"{report.TopicPartition} {number}: {report.Error}");
                }
                else if (to.Topic == Topic && report.Offset.Value != number)
                {
                    Failures.Enqueue($"{report.TopicPartition}: {number} is at {report.Offset}");
                }
            });
    }

    private void Consume()
    {
        long[] next = new long[Partitions];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(TimeSpan.FromMilliseconds(20)) is not { } read)
                {
                    continue;
                }

                int partition = read.Partition.Value;
                if (read.Offset.Value != next[partition])
                {
                    Failures.Enqueue($"{read.Partition}: read {read.Offset} instead of {next[partition]}");
                }

                next[partition] = read.Offset.Value + 1;
                if (next[partition] % 40 == 0)
                {
                    _consumer.Commit([new TopicPartitionOffset(read.TopicPartition, next[partition])]);
                    _committed[partition] = next[partition];
                    Commits++;
                }
            }
            catch (KafkaException e) when (!e.Error.IsFatal)
            {
                // The broker is away; the client goes on by itself. A commit that failed counts as none.
            }
        }
    }
}
