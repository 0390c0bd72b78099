using System.Text;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.Partitions.Machine;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>
/// What a host tells Kafka of its offsets, and that it stops where they say nothing of the log that it finds: on a real
/// PostgreSQL and the embedded broker.
/// </summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private const int Partitions = HostUnderTest.Partitions;
    private const int Each = 10;
    private static readonly TopicDefinition Input = new("test.in", Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));
    private static readonly LaneOptions Lane = new(Input, Relayed: false, TimeSpan.FromSeconds(1));
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-partitions-").FullName;
    private BrokerServer _broker = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _broker = await BrokerAsync("broker");
        _database = await TestPostgres.NewDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Host_WithAName_TellsKafkaWhatItHasCommitted()
    {
        HostUnderTest host = Host();
        await host.StartAsync();
        Produce();
        await host.UntilEventsAsync(Each * Partitions);
        await UntilOffsetsAsync(Each);
        Produce();
        await host.UntilEventsAsync(2 * Each * Partitions);
        await host.StopAsync();
        await UntilOffsetsAsync(2 * Each);
    }

    [Fact]
    public async Task Host_OnAnotherCluster_StopsAndSaysWhatToRun()
    {
        await ServeAsync(Each * Partitions, () => Produce());
        string first = _broker.ClusterId;
        await _broker.DisposeAsync();
        _broker = await BrokerAsync("another");

        string reason = await RefusedAsync();
        Assert.Contains(first, reason, StringComparison.Ordinal);
        Assert.Contains(_broker.ClusterId, reason, StringComparison.Ordinal);
        Assert.Contains(_broker.BootstrapServers, reason, StringComparison.Ordinal);

        // The second command: the topics are new ones.
        await RunAsync(Commands(reason)[1]);
        await ServeAsync(2 * Each * Partitions, () => Produce());
    }

    [Fact]
    public async Task Host_OffsetOutsideTheLog_StopsAndSaysWhatToRun()
    {
        await ServeAsync(Each * Partitions, () => Produce());
        await using (NpgsqlDataSource source = NpgsqlDataSource.Create(_database))
        {
            await using NpgsqlCommand move =
                source.CreateCommand("update partitions set inputs = $1 where partition = 2");
            move.Parameters.AddWithValue(
                RowState.EncodeInputs(new() { [(Input.Name, 2)] = new InputPlace(1000, null) }, []));
            await move.ExecuteNonQueryAsync();
        }

        string reason = await RefusedAsync();
        Assert.Contains($"{Input.Name}, partition 2", reason, StringComparison.Ordinal);
        Assert.Contains($"holds 0 to {Each - 1}", reason, StringComparison.Ordinal);
        await RunAsync(Commands(reason)[0]);

        // This processor remembers no ids, so that what is read again counts again.
        await ServeAsync(Each * (Partitions + 1));
    }

    [Fact]
    public async Task Host_TopicCreatedAnewWithAsManyRecords_StopsAndSaysWhatToRun()
    {
        await ServeAsync(Each * Partitions, () => Produce());
        AdminClientConfig client = new() { BootstrapServers = _broker.BootstrapServers };
        using (IAdminClient admin = new AdminClientBuilder(client).Build())
        {
            await admin.DeleteTopicsAsync([Input.Name]);
        }

        await TopicSetup.EnsureAsync(Bus(), [Input], NullLogger.Instance, CancellationToken.None);
        Produce("other");
        for (int told = 0; told < Partitions; told++)
        {
            string reason = await RefusedAsync();
            Assert.Contains($"at offset {Each - 1} is another record", reason, StringComparison.Ordinal);
            await RunAsync(Commands(reason)[0]);
        }

        await ServeAsync(2 * Each * Partitions);
    }

    /// <summary>A host runs until the database has so many events.</summary>
    private async Task ServeAsync(int events, Action? meanwhile = null)
    {
        HostUnderTest host = Host();
        await host.StartAsync();
        meanwhile?.Invoke();
        await host.UntilEventsAsync(events);
        await host.StopAsync();
    }

    private async Task<string> RefusedAsync()
    {
        HostUnderTest host = Host();
        try
        {
            await host.BeginAsync();
            await host.GivenUp.WaitAsync(HostUnderTest.Limit);
            Assert.Equal(HostState.Failed, host.Host.State);
            Assert.Equal(1, Environment.ExitCode);
            return host.Host.Failure!;
        }
        finally
        {
            await host.StopAsync();
            Environment.ExitCode = 0;
        }
    }

    // As psql would, on the database that its arguments name.
    private async Task RunAsync((string Database, string Sql) command)
    {
        Assert.Equal(new NpgsqlConnectionStringBuilder(_database).Database, command.Database);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_database);
        await using NpgsqlCommand run = source.CreateCommand(command.Sql);
        await run.ExecuteNonQueryAsync();
    }

    private static (string Database, string Sql)[] Commands(string reason) =>
    [
        .. Regex.Matches(reason, "run: psql -h \\S+ -p \\d+ -U \\S+ -d (\\S+) -c \"([^\"]+)\"")
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value)),
    ];

    private async Task UntilOffsetsAsync(long next)
    {
        using LagReader reader = new(Bus(), "counting", [Input]);
        using CancellationTokenSource deadline = new(HostUnderTest.Limit);
        while (true)
        {
            IReadOnlyList<PartitionLag> lags = await reader.ReadAsync(deadline.Token);
            if (lags.All(lag => lag.Committed == next && lag.Records == 0))
            {
                return;
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    private HostUnderTest Host() => new(_database, Bus(), Lane, null) { Name = "counting" };

    private BusOptions Bus() => new() { BootstrapServers = _broker.BootstrapServers, ClientId = "refusal" };

    private Task<BrokerServer> BrokerAsync(string name) => BrokerServer.StartAsync(
        new BrokerOptions { DataDirectory = Path.Combine(_folder, name) }, NullLoggerFactory.Instance);

    private void Produce(string what = "")
    {
        using BusProducer producer = new(Bus(), Input.Codec, NullLogger.Instance);
        for (int n = 0; n < Partitions; n++)
        {
            ProduceTarget target = producer.Target(Input.Name, n, _ => { }, _ => { });
            for (int i = 0; i < Each; i++)
            {
                Assert.True(target.Produce(null, Encoding.UTF8.GetBytes($"{n}:{what}{i}"), null));
            }
        }

        Assert.True(producer.Flush(HostUnderTest.Limit), producer.FatalError);
    }
}
