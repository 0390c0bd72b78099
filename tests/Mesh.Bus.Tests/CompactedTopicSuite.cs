using System.Collections.Concurrent;
using System.Text;
using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

/// <summary>What <see cref="CompactedTopic"/> does at any broker.</summary>
public abstract class CompactedTopicSuite(IBroker broker)
{
    [BrokerFact]
    public async Task CompactedTopic_WithRecords_IsCaughtUpWhenAllAreApplied()
    {
        // The third partition stays empty.
        string topic = await broker.NewTopicAsync(partitions: 3, compacted: true);
        for (int round = 0; round < 3; round++)
        {
            Send(topic, 0, "a", round);
            Send(topic, 1, "b", round);
            Send(topic, 0, $"c{round}", round);
        }

        Send(topic, 0, "c1", null);
        var table = new ConcurrentDictionary<string, int>();
        await using CompactedTopic reading = Start(topic, table);
        await reading.CaughtUp.WaitAsync(BusBench.Deadline);

        Assert.Equal(
            [("a", 2), ("b", 2), ("c0", 0), ("c2", 2)],
            table.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)));
    }

    [BrokerFact]
    public async Task CompactedTopic_Empty_IsCaughtUpAtOnceAndGoesOn()
    {
        string topic = await broker.NewTopicAsync(partitions: 3, compacted: true);
        var applied = new TaskCompletionSource<FetchedRecord>();
        await using CompactedTopic reading = CompactedTopic.Start(
            broker.Options(), topic, 3, record => applied.TrySetResult(record), BusBench.NoLog);
        await reading.CaughtUp.WaitAsync(BusBench.Deadline);
        Assert.False(applied.Task.IsCompleted);

        Send(topic, 2, "late", 1);
        FetchedRecord late = await applied.Task.WaitAsync(BusBench.Deadline);
        Assert.Equal("late", Encoding.UTF8.GetString(late.Key!));
    }

    [BrokerFact]
    public async Task CompactedTopic_ApplyThrows_FaultsAndReports()
    {
        string topic = await broker.NewTopicAsync(compacted: true);
        Send(topic, 0, "a", 1);
        var failed = new TaskCompletionSource<Exception>();
        await using CompactedTopic reading = CompactedTopic.Start(
            broker.Options(), topic, 1, _ => throw new InvalidOperationException("broken"), BusBench.NoLog,
            error => failed.TrySetResult(error));

        await Assert.ThrowsAsync<InvalidOperationException>(() => reading.CaughtUp.WaitAsync(BusBench.Deadline));
        Assert.Equal("broken", (await failed.Task.WaitAsync(BusBench.Deadline)).Message);
    }

    [BrokerFact]
    public async Task CompactedTopic_WrittenWhileItIsRead_CatchesUpWithTheEndAtStart()
    {
        const int count = 20_000;
        string topic = await broker.NewTopicAsync(compacted: true);
        broker.Fill(topic, 0, count, bytes: 100, keyed: true);
        int applied = 0;
        using var stop = new CancellationTokenSource();
        Task writing = Task.Run(() => WriteUntil(topic, stop.Token));
        await using CompactedTopic reading = CompactedTopic.Start(
            broker.Options(), topic, 1, _ => Interlocked.Increment(ref applied), BusBench.NoLog);
        await reading.CaughtUp.WaitAsync(BusBench.Deadline);
        int seen = Volatile.Read(ref applied);
        await stop.CancelAsync();
        await writing;

        Assert.True(seen >= count);
    }

    private CompactedTopic Start(string topic, ConcurrentDictionary<string, int> table) => CompactedTopic.Start(
        broker.Options(),
        topic,
        3,
        record =>
        {
            string key = Encoding.UTF8.GetString(record.Key!);
            if (record.IsTombstone)
            {
                table.TryRemove(key, out _);
            }
            else
            {
                table[key] = BitConverter.ToInt32(record.Value);
            }
        },
        BusBench.NoLog);

    private void WriteUntil(string topic, CancellationToken stop)
    {
        using var producer = new BusProducer(
            broker.Options(), BusCodec.None, BusBench.NoLog, new ProducerLimits { QueueMaxMessages = 1000 });
        ProduceTarget target = producer.Target(topic, 0, _ => { }, _ => { });
        while (!stop.IsCancellationRequested)
        {
            target.Produce([1], new byte[100], null, CancellationToken.None);
        }
    }

    private void Send(string topic, int partition, string key, int? value)
    {
        using var producer = new BusProducer(broker.Options(), BusCodec.Zstd, BusBench.NoLog);
        producer.Target(topic, partition, _ => { }, _ => { })
            .Produce(Encoding.UTF8.GetBytes(key), value is { } number ? BitConverter.GetBytes(number) : null, null);
        Assert.True(producer.Flush(BusBench.Deadline), producer.FatalError);
    }
}
