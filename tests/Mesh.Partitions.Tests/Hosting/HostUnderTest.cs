using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Mesh.Partitions.Tests.Machine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>
/// An instance of a service of one lane: it counts what it reads and, when it has a target, passes it on to the same
/// partition.
/// </summary>
internal sealed class HostUnderTest(string database, BusOptions bus, LaneOptions lane, TopicDefinition? target)
    : HostUnderTest<CountingProcessor>(database, bus, lane, target, partition => Create(partition, target))
{
    private static CountingProcessor Create(int partition, TopicDefinition? target)
    {
        EventTarget? to = target is null ? null : new EventTarget(target.Name, partition);
        return new CountingProcessor(_ => to);
    }
}

/// <summary>An instance of a service of one lane.</summary>
internal class HostUnderTest<TProcessor>(
    string database, BusOptions bus, LaneOptions lane, TopicDefinition? target, Func<int, TProcessor> create)
    where TProcessor : class, IPartitionProcessor
{
    public const int Partitions = 4;
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);
    private readonly Lifetime _lifetime = new();
    private PartitionHost<TProcessor>? _host;

    public PartitionHost<TProcessor> Host => _host ?? throw new InvalidOperationException("It is not started.");

    /// <summary>Where other instances are told that this one answers.</summary>
    public string Address { get; init; } = "http://here";

    /// <summary>The service's name, which is its group's as well; empty: its offsets are told to nobody.</summary>
    public string Name { get; init; } = "";

    public MachineLimits? Limits { get; init; }

    public Func<ResendOrder, CancellationToken, Task> Resend { get; init; } = (_, _) => Task.CompletedTask;

    public Func<DeadLetter, (EventTarget Target, byte[] Body)>? Bury { get; init; }

    /// <summary>Completes when the host asks for the service's end.</summary>
    public Task GivenUp => _lifetime.Stopped.Task;

    public async Task StartAsync()
    {
        await BeginAsync();
        await Host.Served.WaitAsync(Limit);
    }

    /// <summary>Starts it, and waits for nothing.</summary>
    public async Task BeginAsync()
    {
        PartitionHostOptions options = new()
        {
            Name = Name,
            ConnectionString = database,
            Bus = bus,
            Partitions = Partitions,
            Lanes = [lane],
            Targets = target is null ? [] : [target],
            Address = Address,
            Resend = Resend,
            TestLimits = Limits,
            Bury = Bury,
        };
        _host = new PartitionHost<TProcessor>(
            options, create, _lifetime, NullLogger<PartitionHost<TProcessor>>.Instance);
        await _host.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await Host.StopAsync(CancellationToken.None).WaitAsync(Limit);
        _host!.Dispose();
        _host = null;
    }

    /// <summary>What the log holds, by partition.</summary>
    public async Task<List<string>[]> LogAsync()
    {
        await using PartitionedStore store = await PartitionedStore.OpenAsync(database, Partitions);
        List<string>[] logs = new List<string>[Partitions];
        for (int n = 0; n < Partitions; n++)
        {
            logs[n] = [];
            await foreach (StoredEvent stored in store.ReadAsync(n, 0, long.MaxValue))
            {
                logs[n].Add(System.Text.Encoding.UTF8.GetString(stored.Body));
            }
        }

        return logs;
    }

    /// <summary>Waits until so many events are durable.</summary>
    public async Task UntilEventsAsync(long events)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        using CancellationTokenSource deadline = new(Limit);
        while (true)
        {
            await using NpgsqlCommand count =
                source.CreateCommand("select coalesce(sum(events), 0)::bigint from pages");
            long found = (long)(await count.ExecuteScalarAsync(deadline.Token))!;
            if (found >= events)
            {
                return;
            }

            await Task.Delay(Beat, deadline.Token);
        }
    }

    /// <summary>Ends every connection to the database, as an administrator or a failing server would.</summary>
    public async Task<long> KillConnectionsAsync()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand kill = source.CreateCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            + "where datname = current_database() and pid <> pg_backend_pid()");
        return (long)(await kill.ExecuteScalarAsync())!;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void StopApplication() => Stopped.TrySetResult();
    }
}
