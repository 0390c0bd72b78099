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
}
