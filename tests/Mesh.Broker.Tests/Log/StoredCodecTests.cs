using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Log;

public sealed class StoredCodecTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>
    /// The client falls back to no compression without a word when the advertised versions do not please it, so this
    /// looks at what is stored.
    /// </summary>
    [Theory]
    [InlineData(CompressionType.None, 0)]
    [InlineData(CompressionType.Gzip, 1)]
    [InlineData(CompressionType.Snappy, 2)]
    [InlineData(CompressionType.Lz4, 3)]
    [InlineData(CompressionType.Zstd, 4)]
    public async Task Batch_ProducedWithACodec_IsStoredWithIt(CompressionType codec, int stored)
    {
        await using (TestBroker broker = await TestBroker.StartAsync(_directory))
        {
            await KafkaClient.CreateTopicAsync(broker.Servers, "t");
            using IProducer<string, byte[]> producer = KafkaClient.Producer(broker.Servers, codec, lingerMs: 20);
            await producer.ProduceAsync(new TopicPartition("t", 0), KafkaClient.Values(1000, 300));
        }

        string file = Assert.Single(Directory.GetFiles(_directory.Path, "*.log", SearchOption.AllDirectories));
        byte[] log = File.ReadAllBytes(file);
        for (int at = 0; at < log.Length;)
        {
            BatchHeader batch = new(log.AsSpan(at));
            Assert.Equal(stored, batch.Codec);
            Assert.True(batch.ProducerId >= 0);
            at += (int)batch.TotalBytes;
        }
    }
}
