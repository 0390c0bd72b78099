using System.Globalization;
using Mesh.Bench.Reporting;
using Mesh.EventStore;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>
/// Appending in bulk and reading back: pages of 1,000 events, those of all of a writer's partitions in one round trip.
/// Beside COPY of the same events as rows, in binary, and reading those rows in order. A writer or reader is a
/// connection, for the peer as well.
/// </summary>
internal static class AppendPart
{
    internal const int Partitions = 12;
    internal const int PageEvents = 1_000;
    private const int Streams = 1_000;
    private const long Events = 2_400_000;
    private const double TimesCopy = 4;
    private const string Unit = "event";
    private static readonly int[] Writers = [1, 2];

    internal static async Task RunAsync(
        Ground ground, StoreRequest request, Book book, CancellationToken cancellation)
    {
        long pages = Math.Max(1, request.Scaled(Events) / Partitions / PageEvents);
        book.Say("append: warming up");
        await RoundAsync(ground, Math.Max(1, pages / 4), note: null, cancellation);
        for (int round = 0; round < request.Rounds; round++)
        {
            await RoundAsync(ground, pages, book, cancellation);
        }
    }

    /// <summary>Appends so many pages to every partition.</summary>
    /// <param name="store">The store.</param>
    /// <param name="pages">Pages of each partition.</param>
    /// <param name="streams">Streams of each partition.</param>
    /// <param name="writers">The partitions are divided among so many, each on its connection.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task FillAsync(
        PartitionedStore store, long pages, int streams, int writers, CancellationToken cancellation)
    {
        LogWriter[] logs = await LogWriter.OfAsync(store, streams, progress: [], cancellation);
        await Task.WhenAll(logs.Chunk(logs.Length / writers).Select(own => Task.Run(
            async () =>
            {
                for (long page = 0; page < pages; page++)
                {
                    await LogWriter.CommitAsync(store, own, PageEvents, cancellation);
                }
            },
            cancellation)));
    }

    private static async Task RoundAsync(Ground ground, long pages, Book? note, CancellationToken cancellation)
    {
        foreach (int writers in Writers)
        {
            (string name, string connection) = await ground.NewDatabaseAsync(cancellation);
            await ground.ExecuteAsync(name, RowTable.Create, cancellation);
            await using (PartitionedStore store =
                await PartitionedStore.OpenAsync(connection, Partitions, cancellation))
            {
                await ground.CheckpointAsync(cancellation);
                Work copied = await MeasureAsync(() => CopyAsync(connection, pages, writers, cancellation));
                await ground.CheckpointAsync(cancellation);
                Work ours = await MeasureAsync(() => FillAsync(store, pages, Streams, writers, cancellation));
                note?.Note(
                    $"append, {Count(writers, "writer")}", Unit, ours, ("COPY", copied), Aim.TimesPeer(TimesCopy));
                await ground.CheckpointAsync(cancellation);
                Work rows = await MeasureAsync(() => EachAsync(
                    writers, partition => RowTable.ReadAsync(connection, partition, cancellation)));
                Work read = await MeasureAsync(() => EachAsync(
                    writers, partition => ReadAsync(store, partition, cancellation)));
                note?.Note($"read back, {Count(writers, "reader")}", Unit, read, ("SELECT", rows));
            }

            await ground.DropAsync(name, cancellation);
        }

        Task<Work> MeasureAsync(Func<Task> work) => ground.MeasureAsync(async () =>
        {
            await work();
            return pages * PageEvents * Partitions;
        });

        // All partitions one after the other, by one task or by several that divide them.
        Task EachAsync(int tasks, Func<int, Task<long>> read) => Task.WhenAll(
            Enumerable.Range(0, Partitions).Chunk(Partitions / tasks).Select(own => Task.Run(
                async () =>
                {
                    foreach (int partition in own)
                    {
                        Demand(await read(partition), pages * PageEvents, partition);
                    }
                },
                cancellation)));
    }

    private static Task CopyAsync(string connection, long pages, int writers, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, Partitions).Chunk(Partitions / writers).Select(own => Task.Run(
            () => RowTable.CopyAsync(connection, own, pages * PageEvents, Streams, cancellation), cancellation)));

    private static async Task<long> ReadAsync(PartitionedStore store, int partition, CancellationToken cancellation)
    {
        long events = 0;
        await foreach (StoredEvent stored in store.ReadAsync(partition, 0, long.MaxValue, cancellation))
        {
            events += stored.Body.Length == SampleEvent.BodyBytes ? 1 : 0;
        }

        return events;
    }

    private static void Demand(long read, long written, int partition)
    {
        if (read != written)
        {
            throw new BenchException($"Of {written:N0} events of partition {partition}, {read:N0} were read back.");
        }
    }

    private static string Count(int number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}
