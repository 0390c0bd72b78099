using System.Globalization;
using System.Text;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>Records that cannot be processed, or not be stored, leave their neighbours in peace.</summary>
public sealed class PoisonTests : IAsyncLifetime
{
    private const int Records = 100_000;
    private const int Partitions = HostUnderTest.Partitions;
    private static readonly TopicDefinition Input = new("test.in", Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));
    private static readonly TopicDefinition Dead = new("test.in.dlq", Partitions, BusCodec.Zstd, TimeSpan.FromDays(1));
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-poison-").FullName;
    private BrokerServer _broker = null!;
    private HostUnderTest<BreakableProcessor> _host = null!;

    public async Task InitializeAsync()
    {
        _broker = await BrokerServer.StartAsync(
            new BrokerOptions { DataDirectory = Path.Combine(_folder, "broker") }, NullLoggerFactory.Instance);
        _host = new HostUnderTest<BreakableProcessor>(
            await TestPostgres.NewDatabaseAsync(),
            Bus(),
            new LaneOptions(Input, Relayed: true, TimeSpan.Zero),
            Dead,
            _ => new BreakableProcessor())
        {
            Bury = letter => (
                new EventTarget(Dead.Name, letter.Partition, Encoding.UTF8.GetString(letter.Key!)), letter.Value),
        };
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Poison_OneInManyRecords_IsBuriedOnceAndProcessedOnceAfterAFix()
    {
        string poison = Value(2, 777);
        BreakableProcessor.Broken = poison;
        Send(Enumerable.Range(0, Records).Select(i => (i % Partitions, Value(i % Partitions, i / Partitions))));

        // The letter is an event of the log as well.
        await _host.UntilEventsAsync(Records);
        Assert.Equal([(2, "the key", poison)], await DeadAsync(1));
        List<string>[] logs = await _host.LogAsync();
        for (int n = 0; n < Partitions; n++)
        {
            IEnumerable<string> expected = Enumerable.Range(0, Records / Partitions)
                .Select(i => Value(n, i) == poison ? poison : $"{n}:{(n == 2 && i > 777 ? i : i + 1)}");
            Assert.Equal(expected, logs[n]);
        }

        BreakableProcessor.Broken = null;
        Send([(2, poison)]);
        await _host.UntilEventsAsync(Records + 1);
        Assert.Equal(Value(2, Records / Partitions), (await _host.LogAsync())[2][^1]);
        Assert.Single(await DeadAsync(1));
    }

    [Fact]
    public async Task Poison_RefusedByTheDatabase_IsFoundAmongItsNeighbours()
    {
        const string poison = "unstorable:5";
        Send(Enumerable.Range(0, 500).Select(i => (1, i == 123 ? poison : Value(1, i))));

        await _host.UntilEventsAsync(500);
        Assert.Equal([(1, "the key", poison)], await DeadAsync(1));
        Assert.Equal("1:499", (await _host.LogAsync())[1][^1]);
    }

    [Fact]
    public async Task Poison_SeveralAndARestartBetween_EachIsBuriedOnce()
    {
        BreakableProcessor.Broken = "x";
        Send([(0, "a:1"), (0, "x"), (0, "x"), (3, "x"), (0, "a:2")]);
        await _host.UntilEventsAsync(1);
        await _host.StopAsync();
        await _host.StartAsync();

        await _host.UntilEventsAsync(5);
        Assert.Equal(3, (await DeadAsync(3)).Count);
        Assert.Equal(["a:1", "x", "x", "a:2"], (await _host.LogAsync())[0]);
    }

    private static string Value(int partition, int i) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition}:{i}");

    private BusOptions Bus() => new() { BootstrapServers = _broker.BootstrapServers, ClientId = "poison-tests" };

    private void Send(IEnumerable<(int Partition, string Value)> records)
    {
        using BusProducer producer = new(Bus(), BusCodec.Lz4, NullLogger.Instance);
        ProduceTarget[] targets =
            [.. Enumerable.Range(0, Partitions).Select(n => producer.Target(Input.Name, n, _ => { }, _ => { }))];
        foreach ((int partition, string value) in records)
        {
            Assert.True(targets[partition].Produce("the key"u8.ToArray(), Encoding.UTF8.GetBytes(value), null));
        }

        Assert.True(producer.Flush(HostUnderTest.Limit));
    }

    // Reads on for a little while after the last one expected, to see that there are no more.
    private async Task<List<(int Partition, string Key, string Value)>> DeadAsync(int expected)
    {
        using CancellationTokenSource deadline = new(HostUnderTest.Limit);
        while (true)
        {
            List<(int, string, string)> found = [];
            await using (CompactedTopic reader = CompactedTopic.Start(
                Bus(),
                Dead.Name,
                Partitions,
                record => found.Add((
                    record.Partition, Encoding.UTF8.GetString(record.Key!), Encoding.UTF8.GetString(record.Value))),
                NullLogger.Instance))
            {
                await reader.CaughtUp.WaitAsync(deadline.Token);
            }

            if (found.Count >= expected)
            {
                return found;
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    /// <summary>Numbers the records of each stream, but for those that it cannot bear.</summary>
    private sealed class BreakableProcessor : IPartitionProcessor
    {
        private readonly KeyedProcessor _inner = new();

        public static string? Broken { get; set; }

        public int FoldVersion => _inner.FoldVersion;

        public string StreamOf(in TopicRecord record) => _inner.StreamOf(record);

        // It breaks in the middle of a decision: what it has appended by then must not stay.
        public Verdict Process(in TopicRecord record, IEventAppender appender)
        {
            if (StreamOf(record) == "unstorable")
            {
                appender.Append("unstorable", "no\0name", [1], default);
                return Verdict.Done;
            }

            Verdict verdict = _inner.Process(record, appender);
            return Encoding.UTF8.GetString(record.Value) == Broken
                ? throw new FormatException("It cannot be borne.")
                : verdict;
        }

        public void Fold(in StoredEvent stored) => _inner.Fold(stored);

        public void Save(string stream, IStateWriter to) => _inner.Save(stream, to);

        public void Load(string stream, IReadOnlyList<StatePart> parts) => _inner.Load(stream, parts);

        public void Unload(string stream) => _inner.Unload(stream);
    }
}
