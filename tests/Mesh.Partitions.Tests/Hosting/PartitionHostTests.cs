using System.Globalization;
using System.Text;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Tests.Machine;
using Mesh.Provisioning;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>
/// The real shell on a real PostgreSQL and a real broker: records pass through two hosts, each effect once.
/// </summary>
public sealed class PartitionHostTests : IDisposable
{
    private const int Records = 10_000;
    private const int Partitions = HostUnderTest.Partitions;
    private static readonly TopicDefinition Input = new("test.in", Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));
    private static readonly TopicDefinition Middle = new("test.mid", Partitions, BusCodec.Zstd, TimeSpan.FromDays(1));
    private static readonly LaneOptions First = new(Input, Relayed: false, TimeSpan.FromSeconds(1));
    private static readonly LaneOptions Second = new(Middle, Relayed: true, TimeSpan.FromSeconds(1));
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-partitions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Hosts_EmbeddedBrokerAndNoFault_ApplyEachRecordOnce()
    {
        await using BrokerServer broker = await EmbeddedAsync();
        await RunAsync(broker.BootstrapServers, (_, _) => Task.CompletedTask);
    }

    [Fact]
    public async Task Hosts_StoppedAndStartedInTheMiddle_ApplyEachRecordOnce()
    {
        await using BrokerServer broker = await EmbeddedAsync();
        await RunAsync(broker.BootstrapServers, RestartBothAsync);
    }

    [Fact]
    public async Task Hosts_DatabaseConnectionsKilledInTheMiddle_StartOverWithoutLossOrDoubling()
    {
        await using BrokerServer broker = await EmbeddedAsync();
        await RunAsync(broker.BootstrapServers, KillConnectionsAsync);
    }

    [KafkaHomeFact]
    public async Task Hosts_ApacheKafkaAndAllFaults_ApplyEachRecordOnce()
    {
        await using ApacheKafka kafka = await ApacheKafka.StartAsync(new ApacheKafkaOptions
        {
            Home = KafkaHomeFactAttribute.Home!,
            DataDirectory = Path.Combine(_folder, "kafka"),
        });
        await RunAsync(kafka.BootstrapServers, async (upstream, downstream) =>
        {
            await RestartBothAsync(upstream, downstream);
            await KillConnectionsAsync(upstream, downstream);
        });
    }

    [Fact]
    public async Task Host_CommandAndQuery_AnswerWhatIsDurable()
    {
        await using BrokerServer broker = await EmbeddedAsync();
        HostUnderTest service = new(await TestPostgres.NewDatabaseAsync(), Bus(broker.BootstrapServers), First, null);
        await service.StartAsync();
        try
        {
            int before = await service.Host.ExecuteAsync(2, CountingProcessor.Stream, (processor, to) =>
            {
                processor.Count("by command", to);
                return processor.Visible.Count;
            });
            Assert.Equal(0, before);
            Assert.Equal(["by command"], (await service.LogAsync())[2]);
            Assert.Equal(["by command"], await service.Host.QueryAsync(2, processor => processor.Visible.ToArray()));
            await Assert.ThrowsAsync<FormatException>(
                () => service.Host.QueryAsync<int>(2, _ => throw new FormatException("the query's own")));
            PartitionProgress progress = (await service.Host.ProgressAsync())[2];
            Assert.Equal(service.Host.Store.Origin + 1, progress.Head);
        }
        finally
        {
            await service.StopAsync();
        }

        Assert.Equal(["by command"], (await service.LogAsync())[2]);
    }

    private static async Task RestartBothAsync(HostUnderTest upstream, HostUnderTest downstream)
    {
        await upstream.UntilEventsAsync(Records / 10);
        await upstream.StopAsync();
        await upstream.StartAsync();
        await downstream.UntilEventsAsync(Records / 5);
        await downstream.StopAsync();
        await upstream.StopAsync();
        await downstream.StartAsync();
        await upstream.StartAsync();
    }

    private static async Task KillConnectionsAsync(HostUnderTest upstream, HostUnderTest downstream)
    {
        await upstream.UntilEventsAsync(Records / 10);
        Assert.True(await upstream.KillConnectionsAsync() > 0);
        await downstream.UntilEventsAsync(Records / 5);
        Assert.True(await downstream.KillConnectionsAsync() > 0);
        await upstream.UntilEventsAsync(Records / 2);
        await upstream.KillConnectionsAsync();
    }

    private static async Task RunAsync(string servers, Func<HostUnderTest, HostUnderTest, Task> disturb)
    {
        HostUnderTest upstream = new(await TestPostgres.NewDatabaseAsync(), Bus(servers), First, Middle);
        HostUnderTest downstream = new(await TestPostgres.NewDatabaseAsync(), Bus(servers), Second, null);
        await upstream.StartAsync();
        await downstream.StartAsync();
        Task producing = Task.Run(() => Produce(servers));
        await disturb(upstream, downstream);
        await producing.WaitAsync(HostUnderTest.Limit);
        await upstream.UntilEventsAsync(Records);
        await downstream.UntilEventsAsync(Records);
        await upstream.StopAsync();
        await downstream.StopAsync();

        foreach (HostUnderTest host in new[] { upstream, downstream })
        {
            List<string>[] logs = await host.LogAsync();
            for (int n = 0; n < Partitions; n++)
            {
                Assert.Equal(Enumerable.Range(0, Records / Partitions).Select(i => Value(n, i)), logs[n]);
            }
        }
    }

    // In portions, so that the hosts decide in many pages and a fault meets them at work.
    private static void Produce(string servers)
    {
        using BusProducer producer = new(Bus(servers), BusCodec.Lz4, NullLogger.Instance);
        ProduceTarget[] targets =
        [
            .. Enumerable.Range(0, Partitions).Select(n => producer.Target(Input.Name, n, _ => { }, _ => { })),
        ];
        for (int i = 0; i < Records / Partitions; i++)
        {
            for (int n = 0; n < Partitions; n++)
            {
                Assert.True(targets[n].Produce(null, Encoding.UTF8.GetBytes(Value(n, i)), null));
            }

            if (i % 50 == 0)
            {
                Assert.True(producer.Flush(HostUnderTest.Limit));
            }
        }

        Assert.True(producer.Flush(HostUnderTest.Limit));
    }

    private static string Value(int partition, int i) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition}/{i}");

    private static BusOptions Bus(string servers) =>
        new() { BootstrapServers = servers, ClientId = "partitions-tests" };

    private Task<BrokerServer> EmbeddedAsync() => BrokerServer.StartAsync(
        new BrokerOptions { DataDirectory = Path.Combine(_folder, "broker") }, NullLoggerFactory.Instance);
}
