using System.Globalization;
using Mesh.EventStore;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>What an event of the benches is made of; the peers' rows are made of the same.</summary>
internal static class SampleEvent
{
    internal const int BodyBytes = 120;
    internal const int RootBytes = 24;
    internal const string Type = "thing-counted.v1";
    internal const string Topic = "bench.v1.counted";

    internal static readonly byte[] Root = [.. Enumerable.Repeat((byte)'r', RootBytes)];

    // Letters alone, so that a text protocol spells them as they are.
    internal static readonly byte[] Body = [.. Enumerable.Range(0, BodyBytes).Select(i => (byte)('a' + (i % 26)))];

    private static readonly string[] Names =
        [.. Enumerable.Range(0, 100_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"thing/{i:00000}"))];

    /// <summary>The stream of the event with this number, of so many per partition.</summary>
    internal static string Stream(int partition, long number, int streams) =>
        Names[((partition * streams) + (number % streams)) % Names.Length];
}

/// <summary>Writes one partition's log: knows its head and makes the page that comes next.</summary>
internal sealed class LogWriter(PartitionRow row, int streams, byte[] progress)
{
    private readonly EventTarget _target = new(SampleEvent.Topic, row.Partition);
    private long _head = row.Head;
    private int _events;

    /// <summary>Writers of all partitions.</summary>
    /// <param name="store">The store.</param>
    /// <param name="streams">Streams of each partition.</param>
    /// <param name="progress">What each commit saves beside its events; empty where a host is to read it.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task<LogWriter[]> OfAsync(
        PartitionedStore store, int streams, byte[] progress, CancellationToken cancellation)
    {
        LogWriter[] writers = new LogWriter[store.Partitions];
        for (int n = 0; n < writers.Length; n++)
        {
            writers[n] = new LogWriter(await store.ReadRowAsync(n, cancellation), streams, progress);
        }

        return writers;
    }

    /// <summary>The next page: not known to be written until <see cref="Written"/>.</summary>
    internal PageWrite Page(int events)
    {
        StoredEvent[] page = new StoredEvent[events];
        for (int i = 0; i < events; i++)
        {
            long position = _head + 1 + i;
            page[i] = new StoredEvent(
                position,
                SampleEvent.Stream(row.Partition, position, streams),
                SampleEvent.Type,
                SampleEvent.Body,
                SampleEvent.Root,
                _target,
                position - 1);
        }

        _events = events;
        return new PageWrite(row.Partition, row.Epoch, _head, page, _head + events, progress, progress);
    }

    /// <summary>Takes note of what became of the page.</summary>
    /// <exception cref="BenchException">It is not written.</exception>
    internal void Written(CommitAnswer answer, int index)
    {
        if (answer.Pages is not { } pages || pages[index] != CommitResult.Written)
        {
            throw new BenchException($"A commit of partition {row.Partition} failed: {answer.SqlState ?? "fenced"}.");
        }

        _head += _events;
    }

    /// <summary>Commits a page of each of some writers, which are in the order of their partitions, at once.</summary>
    internal static async Task CommitAsync(
        PartitionedStore store, IReadOnlyList<LogWriter> writers, int events, CancellationToken cancellation)
    {
        PageWrite[] pages = [.. writers.Select(writer => writer.Page(events))];
        CommitAnswer answer = await store.CommitAsync(pages, cancellation);
        for (int i = 0; i < pages.Length; i++)
        {
            writers[i].Written(answer, i);
        }
    }
}
