using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Server;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Records_AcknowledgedByABrokerKilledAgainAndAgain_AreThereOnceAndInOrder()
    {
        const int Records = 30_000;
        const int Kills = 3;
        int acknowledged = 0;
        ConcurrentQueue<Error> failures = new();
        ChildBroker broker = await ChildBroker.StartAsync(_directory.Path, 0);
        try
        {
            int port = broker.Port;
            await KafkaClient.CreateTopicAsync(broker.Servers, "t");
            using IProducer<string, byte[]> producer = KafkaClient.Producer(broker.Servers, lingerMs: 1);
            for (int kill = 0; kill <= Kills; kill++)
            {
                int from = Records / (Kills + 1) * kill;
                int to = Records / (Kills + 1) * (kill + 1);
                for (int i = from; i < to; i++)
                {
                    producer.Produce(
                        new TopicPartition("t", 0),
                        new Message<string, byte[]> { Value = Encoding.ASCII.GetBytes($"{i}") },
                        report =>
                        {
                            Interlocked.Increment(ref acknowledged);
                            if (report.Error.IsError)
                            {
                                failures.Enqueue(report.Error);
                            }
                        });
                }

                if (kill < Kills)
                {
                    // Killed while batches are under way: what was written and not acknowledged is sent again.
                    SpinWait.SpinUntil(() => Volatile.Read(ref acknowledged) > from, KafkaClient.Deadline);
                    broker.Kill();
                    broker.Dispose();
                    broker = await ChildBroker.StartAsync(_directory.Path, port);
                }
            }

            producer.Flush(KafkaClient.Deadline);
            Assert.Empty(failures);
            Assert.Equal(Records, acknowledged);
        }
        finally
        {
            broker.Dispose();
        }

        await using TestBroker after = await TestBroker.StartAsync(_directory);
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"{i}"), after.ReadAll("t"));
    }
}
