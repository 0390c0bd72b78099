using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Mesh.Broker.Tests.Clients;

/// <summary>
/// What the real client sees. The suite runs against each broker: what holds here must hold on Apache Kafka.
/// </summary>
public abstract partial class ClientTests
{
    /// <summary>Where the broker under test listens.</summary>
    protected abstract string Servers { get; }

    private static string NewTopic() => $"topic-{Guid.NewGuid():N}";

    [Fact]
    public async Task Topic_CreatedThroughTheAdminClient_HasItsPartitionsAndConfigs()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic, 12, new()
        {
            ["cleanup.policy"] = "compact",
            ["compression.type"] = "zstd",
            ["retention.ms"] = "123456",
        });

        using IAdminClient admin = KafkaClient.Admin(Servers);
        Metadata metadata = admin.GetMetadata(topic, KafkaClient.Deadline);
        Assert.Equal(12, Assert.Single(metadata.Topics).Partitions.Count);
        Assert.All(metadata.Topics[0].Partitions, p => Assert.Equal(metadata.Brokers[0].BrokerId, p.Leader));
        DescribeConfigsResult described = Assert.Single(await admin.DescribeConfigsAsync(
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }]));
        Assert.Equal("compact", described.Entries["cleanup.policy"].Value);
        Assert.Equal("zstd", described.Entries["compression.type"].Value);
        Assert.Equal("123456", described.Entries["retention.ms"].Value);
        Assert.Equal("1048588", described.Entries["max.message.bytes"].Value);
        Assert.True(described.Entries["max.message.bytes"].IsDefault);
        Assert.False(described.Entries["retention.ms"].IsDefault);
    }

    [Fact]
    public async Task Topic_CreatedTwice_IsRefusedTheSecondTime()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        CreateTopicsException refused = await Assert.ThrowsAsync<CreateTopicsException>(
            () => KafkaClient.CreateTopicAsync(Servers, topic));
        Assert.Equal(ErrorCode.TopicAlreadyExists, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task Topic_WithAnUnknownConfig_IsRefusedByName()
    {
        CreateTopicsException refused = await Assert.ThrowsAsync<CreateTopicsException>(
            () => KafkaClient.CreateTopicAsync(Servers, NewTopic(), 1, new() { ["no.such.config"] = "1" }));
        Assert.Equal(ErrorCode.InvalidConfig, refused.Results[0].Error.Code);
        Assert.Contains("no.such.config", refused.Results[0].Error.Reason);
    }

    [Fact]
    public async Task Topic_Deleted_IsGone()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        using IAdminClient admin = KafkaClient.Admin(Servers);
        await admin.DeleteTopicsAsync([topic]);
        DeleteTopicsException refused = await Assert.ThrowsAsync<DeleteTopicsException>(
            () => admin.DeleteTopicsAsync([topic]));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task Topic_AlteredAndEnlarged_HasTheNewConfigsAndPartitions()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic, 2, new() { ["retention.ms"] = "1000000" });
        using IAdminClient admin = KafkaClient.Admin(Servers);
        ConfigResource resource = new() { Type = ResourceType.Topic, Name = topic };
        await admin.AlterConfigsAsync(new()
        {
            [resource] = [new ConfigEntry { Name = "retention.bytes", Value = "777777" }],
        });
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 5 }]);

        DescribeConfigsResult described = Assert.Single(await admin.DescribeConfigsAsync([resource]));
        Assert.Equal("777777", described.Entries["retention.bytes"].Value);
        Assert.Equal("604800000", described.Entries["retention.ms"].Value);
        Assert.Equal(5, admin.GetMetadata(topic, KafkaClient.Deadline).Topics[0].Partitions.Count);
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Records_ProducedIdempotentlyWithACodec_AreConsumedInOrder(CompressionType codec)
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        byte[][] values = KafkaClient.Values(5000);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers, codec);
        DeliveryResult<string, byte[]>[] reports =
            await producer.ProduceAsync(new TopicPartition(topic, 0), values);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), reports.Select(r => r.Offset.Value));

        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers);
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        List<ConsumeResult<string, byte[]>> read = consumer.Take(5000);
        Assert.Equal(values, read.Select(r => r.Message.Value));
        Assert.Equal(reports.Select(r => r.Offset), read.Select(r => r.Offset));
    }

    [Fact]
    public async Task Consumer_AssignedAtAnOffsetInsideABatch_BeginsThere()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers, lingerMs: 50);
        await producer.ProduceAsync(new TopicPartition(topic, 0), KafkaClient.Values(100));
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 57));
        Assert.Equal(Enumerable.Range(57, 43).Select(i => (long)i), consumer.Take(43).Select(r => r.Offset.Value));
    }

    [Fact]
    public async Task Consumer_AtTheEnd_IsWokenByTheNextRecord()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers);
        await producer.ProduceAsync(new TopicPartition(topic, 0), KafkaClient.Values(10));

        // The long poll is far longer than the deadline: only a wake-up can deliver.
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(
            Servers, configure: c => (c.FetchWaitMaxMs, c.SocketTimeoutMs) = (45_000, 60_000));
        consumer.Assign(new TopicPartitionOffset(topic, 0, 9));
        Assert.Equal(9, consumer.Take(1)[0].Offset.Value);
        await producer.ProduceAsync(new TopicPartition(topic, 0), KafkaClient.Values(1));
        Assert.Equal(10, consumer.Take(1)[0].Offset.Value);
    }

    [Fact]
    public async Task Watermarks_Queried_SpanWhatWasProduced()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers);
        await producer.ProduceAsync(new TopicPartition(topic, 0), KafkaClient.Values(33));
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers);
        WatermarkOffsets watermarks = consumer.QueryWatermarkOffsets(new(topic, 0), KafkaClient.Deadline);
        Assert.Equal((0L, 33L), (watermarks.Low.Value, watermarks.High.Value));
    }

    [Fact]
    public async Task Offsets_Committed_AreReadByAnotherConsumerOfTheGroup()
    {
        string topic = NewTopic();
        string group = $"group-{Guid.NewGuid():N}";
        await KafkaClient.CreateTopicAsync(Servers, topic, 2);
        using (IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers, group))
        {
            consumer.Assign([new TopicPartitionOffset(topic, 0, 0), new TopicPartitionOffset(topic, 1, 0)]);
            consumer.Commit([new TopicPartitionOffset(topic, 0, 17)]);
        }

        using IConsumer<string, byte[]> other = KafkaClient.Consumer(Servers, group);
        List<TopicPartitionOffset> committed = other.Committed(
            [new TopicPartition(topic, 0), new TopicPartition(topic, 1)], KafkaClient.Deadline);
        Assert.Equal([new Offset(17), Offset.Unset], committed.Select(c => c.Offset));
    }

    [Fact]
    public async Task Timestamps_LookedUp_GiveTheBatchThatReachesThem()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers, lingerMs: 0);
        long start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        for (int i = 0; i < 10; i++)
        {
            Timestamp at = new(start + (i * 1000), TimestampType.CreateTime);
            Message<string, byte[]> message = new() { Value = [1], Timestamp = at };
            await producer.ProduceAsync(new TopicPartition(topic, 0), message);
        }

        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers);
        List<TopicPartitionOffset> found = consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp(topic, 0, new Timestamp(start + 3500, TimestampType.CreateTime))],
            KafkaClient.Deadline);
        Assert.Equal(4, found[0].Offset.Value);
    }

    [Fact]
    public async Task Records_Deleted_RaiseTheLowWatermark()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers);
        await producer.ProduceAsync(new TopicPartition(topic, 0), KafkaClient.Values(20));
        using IAdminClient admin = KafkaClient.Admin(Servers);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 12)]);
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers);
        Assert.Equal(12, consumer.QueryWatermarkOffsets(new(topic, 0), KafkaClient.Deadline).Low.Value);
    }

    [Fact]
    public async Task Consumer_WithManyPartitionsAndLargeRecords_ReadsEverything()
    {
        string topic = NewTopic();
        await KafkaClient.CreateTopicAsync(Servers, topic, 12);
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers);
        byte[][] values = KafkaClient.Values(20, 200_000);
        for (int p = 0; p < 12; p++)
        {
            await producer.ProduceAsync(new TopicPartition(topic, p), values);
        }

        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(
            Servers, configure: c => c.MaxPartitionFetchBytes = 50_000);
        consumer.Assign(Enumerable.Range(0, 12).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var read = consumer.Take(12 * 20).ToLookup(r => r.Partition.Value, r => r.Message.Value);
        Assert.All(Enumerable.Range(0, 12), p => Assert.True(
            values.Zip(read[p]).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)) && read[p].Count() == 20));
    }
}
