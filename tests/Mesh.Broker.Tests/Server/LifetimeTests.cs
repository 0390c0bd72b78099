using System.Net;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Server;

public sealed class LifetimeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_OnADirectoryInUse_IsRefusedWithOneLine()
    {
        await using TestBroker first = await TestBroker.StartAsync(_directory);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestBroker.StartAsync(_directory));
        Assert.Equal($"The data directory {_directory.Path} is in use by another broker.", refused.Message);
    }

    [Fact]
    public async Task Start_BeyondLoopback_NeedsToBeAllowed()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => TestBroker.StartAsync(_directory, o => o with { Listen = new IPEndPoint(IPAddress.Any, 0) }));
        Assert.Contains("Listen", refused.Message);
    }

    [Fact]
    public async Task Start_WithAWrongSetting_NamesIt()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => TestBroker.StartAsync(_directory, o => o with { DefaultPartitions = 0 }));
        Assert.Contains("DefaultPartitions", refused.Message);
    }

    [Fact]
    public async Task Start_Says_ThatProductionBelongsOnApacheKafka()
    {
        await using TestBroker broker = await TestBroker.StartAsync(_directory);
        Assert.Contains(broker.Lines.All, l => l.Contains("production belongs on Apache Kafka"));
    }

    [Fact]
    public async Task Restart_KeepsClusterTopicsRecordsAndOffsets()
    {
        string cluster;
        string[] values;
        await using (TestBroker broker = await TestBroker.StartAsync(_directory))
        {
            cluster = broker.Server.ClusterId;
            await KafkaClient.CreateTopicAsync(broker.Servers, "kept", 3, new() { ["retention.ms"] = "-1" });
            await broker.ProduceAsync("kept", KafkaClient.Values(500));
            values = broker.ReadAll("kept");
            using var consumer = KafkaClient.Consumer(broker.Servers, "g");
            consumer.Commit([new Confluent.Kafka.TopicPartitionOffset("kept", 0, 321)]);
        }

        await using TestBroker again = await TestBroker.StartAsync(_directory);
        Assert.Equal(cluster, again.Server.ClusterId);
        Assert.Equal(values, again.ReadAll("kept"));
        using var reader = KafkaClient.Consumer(again.Servers, "g");
        Assert.Equal(321, reader.Committed([new("kept", 0)], KafkaClient.Deadline)[0].Offset.Value);
        using var admin = KafkaClient.Admin(again.Servers);
        Assert.Equal(3, admin.GetMetadata("kept", KafkaClient.Deadline).Topics[0].Partitions.Count);
        await again.ProduceAsync("kept", KafkaClient.Values(1));
        Assert.Equal(501, again.ReadAll("kept").Length);
    }

    [Fact]
    public async Task Stop_WithAClientInALongPoll_Ends()
    {
        TestBroker broker = await TestBroker.StartAsync(_directory);
        await KafkaClient.CreateTopicAsync(broker.Servers, "idle");
        await broker.ProduceAsync("idle", KafkaClient.Values(1));
        using var consumer = KafkaClient.Consumer(
            broker.Servers, configure: c => (c.FetchWaitMaxMs, c.SocketTimeoutMs) = (50_000, 60_000));
        consumer.Assign(new Confluent.Kafka.TopicPartitionOffset("idle", 0, 0));
        consumer.Take(1);
        await broker.DisposeAsync().AsTask().WaitAsync(KafkaClient.Deadline);
    }

    [Fact]
    public async Task Topic_CreatedAgainAfterDeletion_IsEmpty()
    {
        await using TestBroker broker = await TestBroker.StartAsync(
            _directory, o => o with { AutoCreateTopics = true });
        await broker.ProduceAsync("again", KafkaClient.Values(10));
        using var admin = KafkaClient.Admin(broker.Servers);
        await admin.DeleteTopicsAsync(["again"]);
        await KafkaClient.CreateTopicAsync(broker.Servers, "again");
        Assert.Empty(broker.ReadAll("again"));
    }
}
