using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

/// <content>How much comes at a time.</content>
public abstract partial class TopicReaderSuite
{
    [BrokerFact]
    public async Task Reader_OfLumps_GetsWhatArrivedOneByOneInOneBatch()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 10)], fetchMinBytes: 1024 * 1024, fetchWaitMs: 5_000);
        for (int i = 0; i < 5; i++)
        {
            broker.Fill(topic, 0, 1);
        }

        await received.CountAsync(5);
        Assert.Single(received.Batches);
    }

    [BrokerFact]
    public async Task Reader_ThatGathers_AfterABatchOfMany_TakesTheNextOneLater()
    {
        const int Many = 2 * Limits.ManyRecords;
        TimeSpan gathering = TimeSpan.FromSeconds(2);
        string topic = await broker.NewTopicAsync();
        var received = new Received();
        ConcurrentQueue<(int Count, long At)> batches = new();
        bool Deliver(FetchedBatch batch)
        {
            batches.Enqueue((batch.Records.Length, Stopwatch.GetTimestamp()));
            return received.Add(batch);
        }

        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 0)], deliver: Deliver, gathering: gathering);

        // However they are fetched: until a batch of many has been followed by another.
        List<TimeSpan> rests = [];
        for (int fills = 1; fills <= 10 && rests.Count == 0; fills++)
        {
            broker.Fill(topic, 0, Many);
            await received.CountAsync(fills * Many);
            rests = [.. batches.Zip(batches.Skip(1))
                .Where(pair => pair.First.Count >= Limits.ManyRecords)
                .Select(pair => Stopwatch.GetElapsedTime(pair.First.At, pair.Second.At))];
        }

        Assert.NotEmpty(rests);
        Assert.All(rests, rest => Assert.True(rest > gathering * 0.9, $"It rested for {rest}."));
    }

    [BrokerFact]
    public async Task Reader_ThatGathers_AfterABatchOfFewOrAFullOne_GoesOnAtOnce()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 4 * Limits.ManyRecords);
        var received = new Received();
        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 0)], maxBatch: Limits.ManyRecords, gathering: TimeSpan.FromMinutes(1));
        await received.CountAsync(4 * Limits.ManyRecords);
        for (int i = 1; i <= 3; i++)
        {
            broker.Fill(topic, 0, 1);
            await received.CountAsync((4 * Limits.ManyRecords) + i);
        }
    }
}
