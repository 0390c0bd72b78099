using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests;

/// <summary>A broker in this process over a directory that outlives it.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private TestBroker(BrokerServer server, LogLines lines)
    {
        Server = server;
        Lines = lines;
    }

    public BrokerServer Server { get; }

    public LogLines Lines { get; }

    public string Servers => Server.BootstrapServers;

    public static async Task<TestBroker> StartAsync(
        TemporaryDirectory directory, Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        LogLines lines = new();
        BrokerOptions options = new() { DataDirectory = directory.Path };
        return new TestBroker(await BrokerServer.StartAsync(configure?.Invoke(options) ?? options, lines), lines);
    }

    /// <summary>Produces to partition 0 of a topic.</summary>
    public async Task ProduceAsync(string topic, IEnumerable<byte[]> values)
    {
        using IProducer<string, byte[]> producer = KafkaClient.Producer(Servers);
        await producer.ProduceAsync(new TopicPartition(topic, 0), values);
    }

    /// <summary>The end of partition 0 of a topic, whoever may have been told of it.</summary>
    public long EndOffset(string topic) => Server.LogOf(topic, 0).EndOffset;

    /// <summary>All values of partition 0 of a topic, as a consumer reads them from the beginning.</summary>
    public string[] ReadAll(string topic)
    {
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(Servers);
        TopicPartition partition = new(topic, 0);
        WatermarkOffsets watermarks = consumer.QueryWatermarkOffsets(partition, KafkaClient.Deadline);
        consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
        return [.. consumer.Take((int)(watermarks.High - watermarks.Low))
            .Select(r => System.Text.Encoding.UTF8.GetString(r.Message.Value))];
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
