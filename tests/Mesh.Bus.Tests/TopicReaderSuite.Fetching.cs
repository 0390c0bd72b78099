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
    public async Task Reader_ThatGathers_AfterABatchOfMany_GetsWhatComesMeanwhileInOneBatch()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 2 * Limits.ManyRecords);
        var received = new Received();
        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 0)], gathering: TimeSpan.FromSeconds(3));
        await received.CountAsync(2 * Limits.ManyRecords);
        for (int i = 0; i < 5; i++)
        {
            broker.Fill(topic, 0, 1);
        }

        await received.CountAsync((2 * Limits.ManyRecords) + 5);
        Assert.Equal(2, received.Batches.Count);
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
