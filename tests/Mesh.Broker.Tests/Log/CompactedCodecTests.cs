using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Log;

public sealed class CompactedCodecTests : IDisposable
{
    private const int KeyCount = 10;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>What the client library has closed is opened, and what was made of it the library can open.</summary>
    [Fact]
    public async Task Keys_OfEveryCodecThatCanBeOpened_HaveTheirLastValue()
    {
        CompressionType[] codecs =
            [CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4];
        await using TestBroker broker = await TestBroker.StartAsync(
            _directory, o => o with { CompactionCheck = TimeSpan.FromMilliseconds(20) });
        await KafkaClient.CreateTopicAsync(broker.Servers, "t", 1, new()
        {
            ["cleanup.policy"] = "compact", ["segment.bytes"] = "4096", ["min.cleanable.dirty.ratio"] = "0.01",
        });
        Dictionary<string, string> last = [];
        Random random = new(3);
        for (int round = 0; round < 2 * codecs.Length; round++)
        {
            using IProducer<string, byte[]> producer = KafkaClient.Producer(
                broker.Servers, codecs[round % codecs.Length], lingerMs: 5);
            for (int i = 0; i < 200; i++)
            {
                string key = $"{random.Next(KeyCount)}-{round % codecs.Length}";
                last[key] = $"{round} {i} {new string((char)('a' + random.Next(26)), random.Next(200))}";
                producer.Produce("t", new Message<string, byte[]>
                {
                    Key = key, Value = System.Text.Encoding.ASCII.GetBytes(last[key]),
                });
                if (i % 20 == 0)
                {
                    producer.Flush();
                }
            }

            producer.Flush();
        }

        await broker.ProduceAsync("t", KafkaClient.Values(30));
        SpinWait.SpinUntil(() => Read(broker).Count < 300, KafkaClient.Deadline);
        List<ConsumeResult<string, byte[]>> left = Read(broker);
        Assert.True(left.Count < 300, $"{left.Count} of 1630 are left.");
        Assert.All(last, k => Assert.Equal(
            k.Value, System.Text.Encoding.ASCII.GetString(left.Last(r => r.Message.Key == k.Key).Message.Value)));
    }

    private static List<ConsumeResult<string, byte[]>> Read(TestBroker broker)
    {
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(
            broker.Servers, configure: c => c.EnablePartitionEof = true);
        consumer.Assign(new TopicPartitionOffset("t", 0, Offset.Beginning));
        using CancellationTokenSource deadline = new(KafkaClient.Deadline);
        List<ConsumeResult<string, byte[]>> read = [];
        for (var next = consumer.Consume(deadline.Token); !next.IsPartitionEOF; next = consumer.Consume(deadline.Token))
        {
            read.Add(next);
        }

        return read;
    }
}
