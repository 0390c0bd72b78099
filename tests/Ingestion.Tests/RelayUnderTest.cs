using System.Diagnostics;
using System.Text;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Ingestion.Relaying;
using Mesh.Partitions;
using Mesh.Wiring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Ingestion.Tests;

/// <summary>The relay and its log on a real PostgreSQL and a real broker, and one caller that sends numbers.</summary>
internal sealed class RelayUnderTest : IAcknowledged, IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    public const int Players = 40;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
    private readonly PartitionHost<SpillProcessor> _host;
    private readonly SpillLog _spill;
    private long _acknowledged;
    private long _withOffset;
    private long _sent;

    private RelayUnderTest(ServiceOptions options, SpillOptions spill)
    {
        _host = new PartitionHost<SpillProcessor>(
            options.Host([], TopicCatalog.Actions) with { KeepsUnrelayed = true, ServesWithoutBroker = true },
            _ => new SpillProcessor(),
            new Lifetime(),
            NullLogger<PartitionHost<SpillProcessor>>.Instance);
        _spill = new SpillLog(_host, spill, NullLogger<SpillLog>.Instance);
        Relay = new ActionRelay(options, _spill, TimeProvider.System, NullLogger<ActionRelay>.Instance);
    }

    public ActionRelay Relay { get; }

    public SpillLog Spill => _spill;

    public PartitionHost<SpillProcessor> Host => _host;

    public long Sent => _sent;

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Those of them that the broker itself acknowledged.</summary>
    public long WithOffset => Volatile.Read(ref _withOffset);

    public static async Task<RelayUnderTest> StartAsync(string database, string broker, long maxBytes = 1L << 30)
    {
        ServiceOptions options = new()
        {
            Name = "ingestion",
            Address = $"http://{Guid.NewGuid():N}",
            Database = database,
            Bus = new BusOptions { BootstrapServers = broker, ClientId = "ingestion-tests" },
        };
        RelayUnderTest relay = new(options, new SpillOptions(maxBytes));
        await relay._host.StartAsync(CancellationToken.None);
        await relay._spill.StartAsync(CancellationToken.None);
        await relay.Relay.StartAsync(CancellationToken.None).WaitAsync(Limit);
        await relay._host.Served.WaitAsync(Limit);
        return relay;
    }

    /// <summary>Sends so many actions, of all players in turn, over all lanes.</summary>
    public void Send(int count, int padding = 0)
    {
        string spaces = new(' ', padding);
        for (int i = 0; i < count; i++)
        {
            long number = _sent++;
            int lane = (int)(number / Players % TopicCatalog.Actions.Count);
            byte[] record = Encoding.UTF8.GetBytes($"{number}{spaces}");
            Relay.Send(new Judged(lane, Placement.Player("t", $"{number % Players}"), record, null), this, number);
        }
    }

    public Task AllAcknowledgedAsync() => UntilAsync(() => Acknowledged == Sent);

    public static async Task UntilAsync(Func<bool> holds)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, "It did not come to be.");
            await Task.Delay(Beat);
        }
    }

    void IAcknowledged.Acknowledged(long number, int lane, int partition, long offset)
    {
        Interlocked.Increment(ref _acknowledged);
        if (offset >= 0)
        {
            Interlocked.Increment(ref _withOffset);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.StopAsync(CancellationToken.None);
        await _spill.StopAsync(CancellationToken.None);
        await _host.StopAsync(CancellationToken.None);
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
