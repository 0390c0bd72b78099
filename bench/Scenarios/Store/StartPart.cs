using System.Diagnostics;
using System.Globalization;
using Mesh.Bench.Reporting;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>
/// How long an instance takes until it serves ten million events: without saved states, folding the whole log, and with
/// them.
/// </summary>
internal static class StartPart
{
    private const long Events = 10_000_000;
    private const int Streams = 100_000;
    private const double Seconds = 8;
    private const string Unit = "s";
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TopicDefinition Topic =
        new("bench.v1.idle", AppendPart.Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));

    internal static async Task RunAsync(
        Ground ground, StoreRequest request, Book book, CancellationToken cancellation)
    {
        await using BrokerServer broker = await BrokerServer.StartAsync(
            new BrokerOptions { DataDirectory = Path.Combine(ground.Folder, "start-broker") },
            NullLoggerFactory.Instance,
            cancellation);
        long pages = Math.Max(1, request.Scaled(Events) / AppendPart.Partitions / AppendPart.PageEvents);
        book.Say("start: warming up");
        await DatabaseAsync(ground, broker, Math.Max(1, pages / 20), rounds: 1, note: null, cancellation);
        await DatabaseAsync(ground, broker, pages, request.Rounds, book, cancellation);
    }

    private static async Task DatabaseAsync(
        Ground ground, BrokerServer broker, long pages, int rounds, Book? note, CancellationToken cancellation)
    {
        (string name, string connection) = await ground.NewDatabaseAsync(cancellation);
        await using (PartitionedStore store = await PartitionedStore.OpenAsync(
            connection, AppendPart.Partitions, cancellation))
        {
            await AppendPart.FillAsync(store, pages, Streams / AppendPart.Partitions, writers: 1, cancellation);
            long events = pages * AppendPart.PageEvents * AppendPart.Partitions;
            string what = string.Create(
                CultureInfo.InvariantCulture, $"serving {events:N0} events");
            PartitionHostOptions options = Options(connection, broker);
            for (int round = 0; round < rounds; round++)
            {
                await ground.CheckpointAsync(cancellation);
                double folding = await FoldAsync(store, options, events, cancellation);
                note?.Note($"{what}, without states", Unit, folding, aim: Aim.Below(Seconds));
                await ground.CheckpointAsync(cancellation);
                (double loading, long folded) = await StartAsync(options, cancellation);
                Demand(folded == 0, $"{folded:N0} events were folded again although their states are saved");
                note?.Note($"{what}, with states", Unit, loading, aim: Aim.Below(Seconds));
                await ForgetAsync(store, cancellation);
            }
        }

        await ground.DropAsync(name, cancellation);
    }

    // Starts without states, and goes on until they are saved.
    private static async Task<double> FoldAsync(
        PartitionedStore store, PartitionHostOptions options, long events, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        await using Hosting<CountByStream> hosting =
            await Hosting<CountByStream>.StartAsync(options, _ => new CountByStream(), cancellation);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        long folded = await FoldedAsync(hosting, cancellation);
        Demand(folded == events, $"of {events:N0} events {folded:N0} were folded");
        await hosting.UntilAsync(SavedAsync(store, cancellation), "has not saved its states", cancellation);
        return seconds;
    }

    private static async Task<(double Seconds, long Folded)> StartAsync(
        PartitionHostOptions options, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        await using Hosting<CountByStream> hosting =
            await Hosting<CountByStream>.StartAsync(options, _ => new CountByStream(), cancellation);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (seconds, await FoldedAsync(hosting, cancellation));
    }

    private static Task<long> FoldedAsync(Hosting<CountByStream> hosting, CancellationToken cancellation) =>
        hosting.Host.InLoopAsync(processors => processors.Sum(processor => processor!.Folded), cancellation);

    private static async Task SavedAsync(PartitionedStore store, CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(Beat);
        for (int n = 0; n < store.Partitions; n++)
        {
            while (await store.ReadRowAsync(n, cancellation) is var row && row.Checkpoint < row.Head)
            {
                await timer.WaitForNextTickAsync(cancellation);
            }
        }
    }

    private static async Task ForgetAsync(PartitionedStore store, CancellationToken cancellation)
    {
        for (int n = 0; n < store.Partitions; n++)
        {
            PartitionRow row = await store.ReadRowAsync(n, cancellation);
            Demand(
                await store.ResetStatesAsync(n, row.Epoch, cancellation),
                $"the states of partition {n} cannot be removed");
        }
    }

    private static PartitionHostOptions Options(string connection, BrokerServer broker) => new()
    {
        Name = "bench-start",
        Address = "http://127.0.0.1:1",
        ConnectionString = connection,
        Bus = new BusOptions { BootstrapServers = broker.BootstrapServers, ClientId = "bench-start" },
        Partitions = AppendPart.Partitions,
        Lanes = [new LaneOptions(Topic, Relayed: false, TimeSpan.FromSeconds(1))],
        Targets = [],
    };

    private static void Demand(bool holds, string complaint)
    {
        if (!holds)
        {
            throw new BenchException($"No figures: {complaint}.");
        }
    }
}
