using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Mesh.Broker.Tests.Clients;

/// <summary>The real client library, set up the way the services use it.</summary>
internal static class KafkaClient
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static IAdminClient Admin(string servers) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers })
            .SetLogHandler((_, _) => { })
            .Build();

    public static async Task CreateTopicAsync(
        string servers, string topic, int partitions = 1, Dictionary<string, string>? configs = null)
    {
        using IAdminClient admin = Admin(servers);
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = topic,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = configs ?? [],
        }]);
    }

    public static IProducer<string, byte[]> Producer(
        string servers,
        CompressionType codec = CompressionType.None,
        double lingerMs = 5,
        Action<ProducerConfig>? configure = null)
    {
        ProducerConfig config = new()
        {
            BootstrapServers = servers,
            EnableIdempotence = true,
            EnableGaplessGuarantee = true,
            MessageTimeoutMs = 0,
            CompressionType = codec,
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = lingerMs,
        };
        configure?.Invoke(config);
        return new ProducerBuilder<string, byte[]>(config).SetLogHandler((_, _) => { }).Build();
    }

    public static IConsumer<string, byte[]> Consumer(
        string servers, string group = "tests", Action<ConsumerConfig>? configure = null)
    {
        ConsumerConfig config = new()
        {
            BootstrapServers = servers,
            GroupId = group,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = false,
        };
        configure?.Invoke(config);
        return new ConsumerBuilder<string, byte[]>(config).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Produces and waits until every record is acknowledged; the reports in order of production.</summary>
    public static async Task<DeliveryResult<string, byte[]>[]> ProduceAsync(
        this IProducer<string, byte[]> producer, TopicPartition to, IEnumerable<byte[]> values) =>
        await Task.WhenAll(values.Select((v, i) => producer.ProduceAsync(
            to, new Message<string, byte[]> { Key = $"key-{i}", Value = v }))).WaitAsync(Deadline);

    /// <summary>Consumes until so many records are there, or fails at the deadline.</summary>
    public static List<ConsumeResult<string, byte[]>> Take(this IConsumer<string, byte[]> consumer, int count)
    {
        using CancellationTokenSource deadline = new(Deadline);
        List<ConsumeResult<string, byte[]>> taken = [];
        while (taken.Count < count)
        {
            taken.Add(consumer.Consume(deadline.Token));
        }

        return taken;
    }

    public static byte[][] Values(int count, int bytes = 100) =>
        [.. Enumerable.Range(0, count)
            .Select(i => System.Text.Encoding.UTF8.GetBytes($"value-{i}-".PadRight(bytes, 'x')))];
}
