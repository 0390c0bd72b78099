using System.Text;
using Confluent.Kafka;
using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

/// <summary>What <see cref="BusProducer"/> does at any broker.</summary>
public abstract class BusProducerSuite(IBroker broker)
{
    [BrokerFact]
    public async Task Producer_ManyRecords_AreStoredAndAcknowledgedInOrder()
    {
        const int partitions = 4, count = 2000;
        string topic = await broker.NewTopicAsync(partitions, codec: BusCodec.Zstd);
        List<long>[] acknowledged = [.. Enumerable.Range(0, partitions).Select(_ => new List<long>())];
        using (var producer = new BusProducer(broker.Options(), BusCodec.Zstd, BusBench.NoLog))
        {
            ProduceTarget[] targets = [.. Enumerable.Range(0, partitions)
                .Select(p => producer.Target(topic, p, acknowledged[p].Add, reason => Assert.Fail(reason)))];
            for (int i = 0; i < count; i++)
            {
                foreach (ProduceTarget target in targets)
                {
                    Assert.True(target.Produce([(byte)target.Partition], BitConverter.GetBytes(i), null));
                }
            }

            Assert.True(producer.Flush(BusBench.Deadline), producer.FatalError);
        }

        Assert.All(acknowledged, offsets => Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), offsets));
        List<FetchedRecord> records = await ReadAllAsync(topic, partitions, partitions * count);
        Assert.All(records, r => Assert.Equal(r.Offset, BitConverter.ToInt32(r.Value)));
        Assert.All(records, r => Assert.Equal(r.Partition, Assert.Single(r.Key!)));
    }

    /// <summary>Two threads that take turns at the client's queue would not keep the order of its reports.</summary>
    [BrokerFact]
    public async Task Flush_WhileReportsCome_CallsNoCallbackItself()
    {
        string topic = await broker.NewTopicAsync();
        List<int> threads = [];
        using var producer = new BusProducer(broker.Options(), BusCodec.None, BusBench.NoLog);
        ProduceTarget target = producer.Target(
            topic, 0, _ => threads.Add(Environment.CurrentManagedThreadId), reason => Assert.Fail(reason));
        for (int i = 0; i < 20_000; i++)
        {
            Assert.True(target.Produce(null, BitConverter.GetBytes(i), null));
        }

        int here = Environment.CurrentManagedThreadId;
        Assert.True(producer.Flush(BusBench.Deadline), producer.FatalError);
        Assert.Equal(20_000, threads.Count);
        Assert.NotEqual(here, Assert.Single(threads.Distinct()));
    }

    [BrokerFact]
    public async Task Producer_RecordWithOrigin_CarriesItInTheHeader()
    {
        string topic = await broker.NewTopicAsync();
        RecordOrigin origin = new(
            Guid.NewGuid(), 3, 300, 7, new RecordRoot(Guid.NewGuid(), 1, 3, 99, 1_766_300_000_000_000));
        using var producer = new BusProducer(broker.Options(), BusCodec.Lz4, BusBench.NoLog);
        ProduceTarget target = producer.Target(topic, 0, _ => { }, _ => { });
        target.Produce(null, [1], OriginHeader.Encode(origin));
        target.Produce(null, null, null);
        target.Produce(null, [], null);
        Assert.True(producer.Flush(BusBench.Deadline));

        List<FetchedRecord> records = await ReadAllAsync(topic, 1, 3);
        Assert.True(OriginHeader.TryDecode(records[0].Origin, out RecordOrigin read));
        Assert.Equal(origin, read);
        Assert.Null(records[1].Origin);
        Assert.Equal([false, true, false], records.Select(r => r.IsTombstone));
    }

    [BrokerFact]
    public async Task Producer_QueueFull_WaitsForSpaceAndLosesNothing()
    {
        const int count = 5000;
        string topic = await broker.NewTopicAsync();
        int acknowledged = 0;
        using var producer = new BusProducer(
            broker.Options(), BusCodec.Lz4, BusBench.NoLog, new ProducerLimits { QueueMaxMessages = 50 });
        ProduceTarget target = producer.Target(topic, 0, _ => acknowledged++, _ => { });
        for (int i = 0; i < count; i++)
        {
            Assert.True(target.Produce(null, BitConverter.GetBytes(i), null));
        }

        Assert.True(producer.Flush(BusBench.Deadline));
        Assert.Equal(count, acknowledged);
        List<FetchedRecord> records = await ReadAllAsync(topic, 1, count);
        Assert.Equal(Enumerable.Range(0, count), records.Select(r => BitConverter.ToInt32(r.Value)));
    }

    [BrokerFact]
    public async Task Producer_RecordTooLarge_RefusesItAndGoesOn()
    {
        string topic = await broker.NewTopicAsync();
        using var producer = new BusProducer(broker.Options(), BusCodec.None, BusBench.NoLog);
        ProduceTarget target = producer.Target(topic, 0, _ => { }, _ => { });

        Assert.Throws<RecordTooLargeException>(() => target.Produce(null, new byte[2_000_000], null));
        Assert.True(target.Produce(null, [1], null));
        Assert.True(producer.Flush(BusBench.Deadline));
    }

    [BrokerFact]
    public async Task Producer_RecordThatCannotBeDelivered_EndsItForAllTargets()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        var reasons = new List<string>();
        var failed = new TaskCompletionSource<string>();
        using var producer = new BusProducer(broker.Options(), BusCodec.None, BusBench.NoLog);
        producer.Failed += reason => failed.TrySetResult(reason);
        ProduceTarget good = producer.Target(topic, 0, _ => { }, reasons.Add);
        ProduceTarget bad = producer.Target(topic, 99, _ => { }, reasons.Add);
        Assert.True(good.Produce(null, [1], null));
        Assert.True(producer.Flush(BusBench.Deadline));
        bad.Produce(null, [1], null);

        string reason = await failed.Task.WaitAsync(BusBench.Deadline);
        Assert.Contains($"{topic}/99", reason, StringComparison.Ordinal);
        Assert.Equal(reason, producer.FatalError);
        Assert.Equal([reason, reason], reasons);
        Assert.False(good.Produce(null, [2], null));
        Assert.False(producer.Flush(TimeSpan.Zero));
        producer.Target(topic, 1, _ => { }, reasons.Add);
        Assert.Equal(3, reasons.Count);
    }

    [BrokerFact]
    public async Task Producer_AcknowledgementNotTaken_EndsIt()
    {
        string topic = await broker.NewTopicAsync();
        var failed = new TaskCompletionSource<string>();
        using var producer = new BusProducer(broker.Options(), BusCodec.None, BusBench.NoLog);
        producer.Failed += reason => failed.TrySetResult(reason);
        producer.Target(topic, 0, _ => throw new InvalidOperationException("broken"), _ => { })
            .Produce(null, [1], null);

        Assert.Contains("broken", await failed.Task.WaitAsync(BusBench.Deadline), StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task Target_Disposed_IsToldNothingMore()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        using var producer = new BusProducer(
            broker.Options(), BusCodec.None, BusBench.NoLog, new ProducerLimits { LingerMs = 200 });
        var told = new List<string>();
        int acknowledged = 0;
        ProduceTarget gone = producer.Target(topic, 0, offset => told.Add($"acknowledged {offset}"), told.Add);
        ProduceTarget kept = producer.Target(topic, 1, _ => acknowledged++, told.Add);
        Assert.True(gone.Produce(null, [1], null));
        Assert.True(kept.Produce(null, [1], null));
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => gone.Produce(null, [2], null));
        Assert.True(producer.Flush(BusBench.Deadline), producer.FatalError);
        Assert.Equal(1, acknowledged);
        Assert.Empty(told);

        var failed = new TaskCompletionSource();
        producer.Failed += _ => failed.TrySetResult();
        producer.Target(topic, 99, _ => { }, _ => { }).Produce(null, [1], null);
        await failed.Task.WaitAsync(BusBench.Deadline);
        Assert.Single(told);
    }

    [BrokerFact]
    public async Task Partitioner_OfTheNativeClient_IsKafkasMurmur2()
    {
        const int partitions = 12;
        string topic = await broker.NewTopicAsync(partitions);
        using IProducer<string, byte[]> producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            Partitioner = Partitioner.Murmur2Random,
        }).Build();
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"tenant-{i % 7}/p/{new string('x', i % 9)}{i}ü")];
        DeliveryResult<string, byte[]>[] sent = await Task.WhenAll(keys.Select(
            key => producer.ProduceAsync(topic, new Message<string, byte[]> { Key = key, Value = [] })));

        Assert.Equal(
            keys.Select(key => (int)((Murmur2(Encoding.UTF8.GetBytes(key)) & 0x7fffffff) % partitions)),
            sent.Select(result => result.Partition.Value));
        Assert.Equal(partitions, sent.Select(result => result.Partition.Value).Distinct().Count());
    }

    // org.apache.kafka.common.utils.Utils.murmur2, written out again from its description.
    private static uint Murmur2(byte[] data)
    {
        const uint m = 0x5bd1e995;
        uint h = 0x9747b28c ^ (uint)data.Length;
        int whole = data.Length / 4 * 4;
        for (int i = 0; i < whole; i += 4)
        {
            uint k = BitConverter.ToUInt32(data, i) * m;
            h = (h * m) ^ ((k ^ (k >> 24)) * m);
        }

        if (data.Length > whole)
        {
            for (int i = data.Length - 1; i >= whole; i--)
            {
                h ^= (uint)data[i] << (8 * (i - whole));
            }

            h *= m;
        }

        h = (h ^ (h >> 13)) * m;
        return h ^ (h >> 15);
    }

    private async Task<List<FetchedRecord>> ReadAllAsync(string topic, int partitions, int count)
    {
        var received = new Received();
        await using var reader = new TopicReader(
            broker.Options(),
            new TopicReaderOptions
            {
                Topic = topic,
                Starts = [.. Enumerable.Range(0, partitions).Select(p => new TopicStart(p, TopicStart.Beginning))],
                WithKeys = true,
                WithOrigins = true,
            },
            received.Add,
            received.Fail,
            BusBench.NoLog);
        List<FetchedRecord> records = await received.CountAsync(count);
        Assert.Equal(count, records.Count);
        return records;
    }
}
