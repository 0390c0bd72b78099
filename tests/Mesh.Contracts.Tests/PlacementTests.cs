using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Mesh.Broker;
using Mesh.Bus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Contracts.Tests;

public sealed class PlacementTests
{
    // The vectors of Kafka's own UtilsTest.testMurmur2.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Murmur2_KafkasVectors_AreReproduced(string text, int hash) =>
        Assert.Equal(hash, (int)Placement.Murmur2(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Keys_OfEachKind_AreWrittenAsAgreed()
    {
        Assert.Equal("t1/p/42", Placement.Player("t1", "42"));
        Assert.Equal("t1/t/red", Placement.Team("t1", "red"));
        Assert.Equal("t1/z/hunt/north", Placement.Zone("t1", "hunt", "north"));
        Assert.Equal("t1/g/hunt", Placement.Game("t1", "hunt"));
        Assert.Equal("t1/d/door", Placement.Door("t1"));
    }

    [Fact]
    public void Keys_OfPlayersAndGames_AreReadBack()
    {
        Assert.Equal(("t1", "42"), Placement.PlayerOf(Placement.Player("t1", "42")));
        Assert.Equal(("p", "g"), Placement.PlayerOf(Placement.Player("p", "g")));
        Assert.Null(Placement.PlayerOf(Placement.Game("t1", "p")));
        Assert.Equal(("g", "p"), Placement.GameOf(Placement.Game("g", "p")));
        Assert.Null(Placement.GameOf(Placement.Zone("t1", "g", "north")));
        Assert.Null(Placement.GameOf("t1"));
        Assert.Equal(("t1", "door"), Placement.DoorOf(Placement.Door("t1")));
        Assert.Null(Placement.DoorOf(Placement.Game("t1", "d")));
        Assert.Null(Placement.GameOf(Placement.Door("g")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(5_000)]
    public void Partition_KeyOfAnyLength_IsThatOfItsBytes(int length)
    {
        string key = new('é', length);
        Assert.Equal(Placement.Partition(Encoding.UTF8.GetBytes(key)), Placement.Partition(key));
        Assert.InRange(Placement.Partition(key), 0, Placement.Partitions - 1);
    }

    [Fact]
    public async Task Partition_ComparedWithLibrdkafka_IsTheSame()
    {
        string folder = Directory.CreateTempSubdirectory("mesh-placement-").FullName;
        try
        {
            await using BrokerServer broker = await BrokerServer.StartAsync(
                new BrokerOptions { DataDirectory = folder }, NullLoggerFactory.Instance);
            BusOptions bus = new() { BootstrapServers = broker.BootstrapServers, ClientId = "placement-tests" };
            TopicDefinition topic = new("placement", Placement.Partitions, BusCodec.None, TimeSpan.FromDays(1));
            await TopicSetup.EnsureAsync(bus, [topic], NullLogger.Instance, CancellationToken.None);

            Dictionary<string, int> placed = await PlaceAsync(bus, topic.Name, [.. Keys()]);
            Assert.All(placed, key => Assert.Equal(key.Value, Placement.Partition(key.Key)));
            Assert.Equal(Placement.Partitions, placed.Values.Distinct().Count());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Keys()
    {
        for (int i = 0; i < 100; i++)
        {
            string id = i.ToString(CultureInfo.InvariantCulture);
            yield return Placement.Player("tenant", id);
            yield return Placement.Team("t", new string('x', i) + id);
            yield return Placement.Zone("größe", "game", id);
        }
    }

    private static async Task<Dictionary<string, int>> PlaceAsync(BusOptions bus, string topic, string[] keys)
    {
        KafkaLibrary.EnsureLoaded();
        ProducerConfig settings = new()
        {
            BootstrapServers = bus.BootstrapServers,
            Partitioner = Partitioner.Murmur2Random,
            MessageTimeoutMs = 30_000,
        };
        using IProducer<string, byte[]> producer = new ProducerBuilder<string, byte[]>(settings).Build();
        DeliveryResult<string, byte[]>[] reports = await Task.WhenAll(
            keys.Select(key => producer.ProduceAsync(topic, new Message<string, byte[]> { Key = key, Value = [1] })));
        return reports.ToDictionary(r => r.Message.Key, r => r.Partition.Value);
    }
}
