using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

/// <summary>What a group has read and what not, at any broker.</summary>
public abstract class LagSuite(IBroker broker)
{
    private const int Partitions = 3;

    [BrokerFact]
    public async Task Lag_OfAGroup_IsWhatItHasNotCommitted()
    {
        TopicDefinition topic = await TopicAsync();
        string group = BusBench.NewName();
        DateTimeOffset before = DateTimeOffset.UtcNow;
        broker.Fill(topic.Name, 0, 10);
        broker.Fill(topic.Name, 1, 10);
        using var offsets = new GroupOffsets(broker.Options(), group, BusBench.NoLog);
        using var reader = new LagReader(broker.Options(), group, [topic]);

        Assert.Equal([(null, 10), (null, 10), (null, 0)], await LagAsync(reader));
        Assert.True(offsets.Commit([new(topic.Name, 0, 4), new(topic.Name, 1, 10)]));
        Assert.Equal([(4, 6), (10, 0), (null, 0)], await LagAsync(reader));
        Assert.True(offsets.Commit([new(topic.Name, 0, 9)]));
        IReadOnlyList<PartitionLag> lags = await reader.ReadAsync(CancellationToken.None);
        Assert.Equal((9, 1), (lags[0].Committed, lags[0].Records));

        // As old as the record, which was written after `before` and is stamped in whole milliseconds.
        Assert.InRange(
            lags[0].Age, TimeSpan.Zero, DateTimeOffset.UtcNow - before + TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, lags[1].Age);
        Assert.Equal((group, topic.Name, 0), (lags[0].Group, lags[0].Topic, lags[0].Partition));
        Assert.Equal((0L, 10L), (lags[0].Start, lags[0].End));
    }

    [BrokerFact]
    public async Task Lag_Age_IsThatOfTheFirstRecordNotRead()
    {
        TopicDefinition topic = await TopicAsync();
        string group = BusBench.NewName();
        broker.Fill(topic.Name, 2, 1);
        DateTimeOffset between = DateTimeOffset.UtcNow;
        broker.Fill(topic.Name, 2, 1);
        using var offsets = new GroupOffsets(broker.Options(), group, BusBench.NoLog);
        DateTimeOffset now = DateTimeOffset.UtcNow + TimeSpan.FromHours(1);
        using var reader = new LagReader(broker.Options(), group, [topic], new Stopped(now));

        PartitionLag both = (await reader.ReadAsync(CancellationToken.None))[2];
        offsets.Commit([new(topic.Name, 2, 1)]);
        PartitionLag last = (await reader.ReadAsync(CancellationToken.None))[2];
        Assert.True(both.Age >= now - between, $"{both.Age}");
        // Records are stamped in whole milliseconds.
        Assert.InRange(last.Age, TimeSpan.FromHours(1), now - between + TimeSpan.FromMilliseconds(1));
    }

    [BrokerFact]
    public async Task Lag_BehindTheLogsStart_IsSaidToBeLost()
    {
        TopicDefinition topic = await TopicAsync();
        string group = BusBench.NewName();
        broker.Fill(topic.Name, 0, 10);
        using (var offsets = new GroupOffsets(broker.Options(), group, BusBench.NoLog))
        {
            offsets.Commit([new(topic.Name, 0, 2)]);
        }

        using (var admin = broker.Admin())
        {
            await admin.DeleteRecordsAsync([new Confluent.Kafka.TopicPartitionOffset(topic.Name, 0, 7)]);
        }

        using var reader = new LagReader(broker.Options(), group, [topic]);
        PartitionLag lag = (await reader.ReadAsync(CancellationToken.None))[0];
        Assert.Equal((7L, 3L, 5L), (lag.Next, lag.Records, lag.Lost));
    }

    [BrokerFact]
    public async Task Lag_OfATopicThatIsNotThere_IsUnknown()
    {
        var topic = new TopicDefinition(BusBench.NewName(), 1, BusCodec.None, TimeSpan.FromDays(1));
        using var reader = new LagReader(broker.Options(), "some-group", [topic]);
        LagUnknownException error =
            await Assert.ThrowsAsync<LagUnknownException>(() => reader.ReadAsync(CancellationToken.None));
        Assert.Contains("some-group", error.Message, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task Cluster_HasTheIdThatWasMadeWithIt() => Assert.Equal(
        broker.ClusterId, await KafkaCluster.IdAsync(broker.Options(), BusBench.NoLog, CancellationToken.None));

    private async Task<TopicDefinition> TopicAsync()
    {
        var topic = new TopicDefinition(BusBench.NewName(), Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));
        await TopicSetup.EnsureAsync(broker.Options(), [topic], BusBench.NoLog, CancellationToken.None);
        return topic;
    }

    private static async Task<(long?, long)[]> LagAsync(LagReader reader) =>
        [.. (await reader.ReadAsync(CancellationToken.None)).Select(lag => (lag.Committed, lag.Records))];

    private sealed class Stopped(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
