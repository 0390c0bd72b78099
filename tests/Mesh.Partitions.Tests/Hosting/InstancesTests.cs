using System.Globalization;
using System.Text;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Mesh.Partitions.Tests.Machine;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>Several instances, saved states and lost records, on a real PostgreSQL and the embedded broker.</summary>
public sealed class InstancesTests : IAsyncLifetime
{
    private const int Partitions = HostUnderTest.Partitions;
    private static readonly TopicDefinition Input = new("test.in", Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));
    private static readonly LaneOptions Plain = new(Input, Relayed: false, TimeSpan.FromSeconds(1));
    private static readonly LaneOptions Chained = new(Input, Relayed: true, TimeSpan.FromSeconds(1));
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-partitions-").FullName;
    private BrokerServer _broker = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _broker = await BrokerServer.StartAsync(
            new BrokerOptions { DataDirectory = Path.Combine(_folder, "broker") }, NullLoggerFactory.Instance);
        _database = await TestPostgres.NewDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Instances_ComeAndGo_DivideThePartitionsAndApplyEachRecordOnce()
    {
        const int each = 2_000;
        HostUnderTest first = Instance("http://first");
        HostUnderTest second = Instance("http://second");
        await first.StartAsync();
        Assert.Equal(Partitions, Here(first).Length);
        Task producing = Task.Run(() => Produce(each));
        await second.StartAsync();
        await Until(() => Here(first).Length == Partitions / 2 && Here(second).Length == Partitions / 2);

        int elsewhere = Here(second)[0];
        await Until(() => first.Host.Places[elsewhere].Address == "http://second");
        NotOwnerException other = await Assert.ThrowsAsync<NotOwnerException>(
            () => first.Host.QueryAsync(elsewhere, CountingProcessor.Stream, processor => processor.Counted.Count));
        Assert.Equal((elsewhere, "http://second"), (other.Partition, other.Address));

        await first.StopAsync();
        await Until(() => Here(second).Length == Partitions);
        await first.StartAsync();
        await Until(() => Here(first).Length == Partitions / 2);
        await producing.WaitAsync(HostUnderTest.Limit);
        await first.UntilEventsAsync(each * Partitions);
        List<string>[] logs = await first.LogAsync();
        await first.StopAsync();
        await second.StopAsync();
        for (int n = 0; n < Partitions; n++)
        {
            Assert.Equal(Enumerable.Range(0, each).Select(i => Value(n, i)), logs[n]);
        }

        HostUnderTest Instance(string address) =>
            new(_database, Bus(), Plain, null) { Address = address };
    }

    [Fact]
    public async Task States_LittleMemoryAndRestartsAndDamage_AreNeverForgotten()
    {
        const int streams = 40;
        const int rounds = 30;
        MachineLimits limits = new()
        {
            ResidentStates = 5, EagerStates = 0, SliceStates = 7, CheckpointEvents = 50,
            CheckpointAge = TimeSpan.FromMilliseconds(200),
        };
        int version = 1;
        HostUnderTest<KeyedProcessor> host =
            new(_database, Bus(), Plain, null, _ => new KeyedProcessor { FoldVersion = version }) { Limits = limits };
        await using NpgsqlDataSource sql = NpgsqlDataSource.Create(_database + ";Pooling=false");
        string[] disturbances =
        [
            "update states set bytes = '\\x00' where key = 's1'",
            "delete from states where key in ('s2', 's3')",
            "update states set fold = 7 where key = 's4'",
            "select 1",
            "select 2",
        ];
        int sent = 0;
        foreach (string disturbance in disturbances)
        {
            await host.StartAsync();
            Produce(rounds, i => $"s{i % streams}:x", streams * rounds);
            sent += rounds * streams;
            await host.UntilEventsAsync(sent * Partitions);
            await Until(() => Scalar(sql, "select count(*) from states") >= streams);
            string count = await host.Host.QueryAsync(1, "s1", processor => processor.CountOf("s1"));
            Assert.Equal((sent / streams).ToString(CultureInfo.InvariantCulture), count);
            Assert.Equal(
                Scalar(sql, "select count(*) from states"), Scalar(sql, "select sum(states)::bigint from partitions"));
            Assert.True(await host.KillConnectionsAsync() > 0);
            await host.StopAsync();
            await using NpgsqlCommand disturb = sql.CreateCommand(disturbance);
            await disturb.ExecuteNonQueryAsync();
            version += disturbance == disturbances[^1] ? 1 : 0;
        }

        List<string>[] logs = await host.LogAsync();
        foreach (List<string> log in logs)
        {
            foreach (IGrouping<string, string> stream in log.GroupBy(e => e.Split(':')[0]))
            {
                Assert.Equal(Enumerable.Range(1, sent / streams).Select(n => $"{stream.Key}:{n}"), stream);
            }
        }
    }

    [Fact]
    public async Task Checkpoint_ThenANewOwner_FoldsOnlyWhatCameAfterIt()
    {
        KeyedProcessor?[] made = new KeyedProcessor?[Partitions];
        HostUnderTest<KeyedProcessor> host = new(_database, Bus(), Plain, null, n => made[n] = new KeyedProcessor())
        {
            Limits = new MachineLimits { CheckpointAge = TimeSpan.FromMilliseconds(100), EagerStates = 0 },
        };
        await using NpgsqlDataSource sql = NpgsqlDataSource.Create(_database + ";Pooling=false");
        await host.StartAsync();
        Produce(1, i => $"s{i % 10}:x", 500);
        await host.UntilEventsAsync(500 * Partitions);
        await Until(() => Scalar(sql, "select count(*) from partitions where checkpoint < head") == 0);
        await host.StopAsync();
        await host.StartAsync();
        Assert.All(made, processor => Assert.Equal(0, processor!.Folded));
        Assert.Equal("50", await host.Host.QueryAsync(0, "s3", processor => processor.CountOf("s3")));
        await host.StopAsync();
    }

    [Fact]
    public async Task LostRecord_ItsOrigin_IsAskedAndTheOrderIsKept()
    {
        Guid store = Guid.Parse("11111111-2222-3333-4444-555555555555");
        TaskCompletionSource<ResendOrder> asked = new();
        HostUnderTest host = new(_database, Bus(), Chained, null)
        {
            Resend = (order, _) =>
            {
                asked.TrySetResult(order);
                Send(("b", 8, 5), ("c", 9, 8));
                return Task.CompletedTask;
            },
        };
        await host.StartAsync();
        Send(("a", 5, 0), ("c", 9, 8));
        Assert.Equal(new ResendOrder(store, 2, Input.Name, 0, 5), await asked.Task.WaitAsync(HostUnderTest.Limit));
        await host.UntilEventsAsync(3);
        Assert.Equal(["a", "b", "c"], (await host.LogAsync())[0]);
        await host.StopAsync();

        void Send(params (string Value, ulong Position, ulong Previous)[] records)
        {
            using BusProducer producer = new(Bus(), BusCodec.Lz4, NullLogger.Instance);
            using ProduceTarget target = producer.Target(Input.Name, 0, _ => { }, _ => { });
            foreach ((string value, ulong position, ulong previous) in records)
            {
                byte[] origin = OriginHeader.Encode(store, 2, position, previous, OriginHeader.EncodeRoot(default));
                Assert.True(target.Produce(null, Encoding.UTF8.GetBytes(value), origin));
            }

            Assert.True(producer.Flush(HostUnderTest.Limit));
        }
    }

    [Fact]
    public async Task Resend_OfWhatArrived_ChangesNothing()
    {
        TopicDefinition middle = new("test.mid", Partitions, BusCodec.Zstd, TimeSpan.FromDays(1));
        HostUnderTest upstream = new(_database, Bus(), Plain, middle);
        HostUnderTest downstream = new(
            await TestPostgres.NewDatabaseAsync(), Bus(), new LaneOptions(middle, true, TimeSpan.Zero), null);
        await upstream.StartAsync();
        await downstream.StartAsync();
        Produce(100);
        await downstream.UntilEventsAsync(100 * Partitions);
        ResendOrder order = new(upstream.Host.Store.StoreId, 1, middle.Name, 1, upstream.Host.Store.Origin + 40);
        Assert.Equal(60, await upstream.Host.ResendAsync(order));
        Produce(10, i => $"more {i}", 10);
        await downstream.UntilEventsAsync(110 * Partitions);
        List<string> log = (await downstream.LogAsync())[1];
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => Value(1, i)).Concat(Enumerable.Range(0, 10).Select(i => $"more {i}")),
            log);
        await upstream.StopAsync();
        await downstream.StopAsync();
    }

    private static int[] Here(HostUnderTest host) =>
        [.. host.Host.Places.Where(place => place.IsHere).Select(place => place.Partition)];

    private static async Task Until(Func<bool> condition)
    {
        using CancellationTokenSource deadline = new(HostUnderTest.Limit);
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private static long Scalar(NpgsqlDataSource sql, string query)
    {
        using NpgsqlCommand command = sql.CreateCommand(query);
        return (long)command.ExecuteScalar()!;
    }

    private void Produce(int each) => Produce(1, i => null, each);

    // The same values to every partition; null: the partition's own numbering.
    private void Produce(int portions, Func<int, string?> value, int each)
    {
        using BusProducer producer = new(Bus(), BusCodec.Lz4, NullLogger.Instance);
        ProduceTarget[] targets =
        [
            .. Enumerable.Range(0, Partitions).Select(n => producer.Target(Input.Name, n, _ => { }, _ => { })),
        ];
        for (int i = 0; i < each; i++)
        {
            for (int n = 0; n < Partitions; n++)
            {
                Assert.True(targets[n].Produce(null, Encoding.UTF8.GetBytes(value(i) ?? Value(n, i)), null));
            }

            if (i % Math.Max(50, each / portions) == 0)
            {
                Assert.True(producer.Flush(HostUnderTest.Limit));
            }
        }

        Assert.True(producer.Flush(HostUnderTest.Limit));
    }

    private static string Value(int partition, int i) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition}/{i}");

    private BusOptions Bus() => new() { BootstrapServers = _broker.BootstrapServers, ClientId = "partitions-tests" };
}
