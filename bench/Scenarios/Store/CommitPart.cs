using System.Diagnostics;
using System.Globalization;
using Mesh.Bench.Reporting;
using Mesh.EventStore;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>
/// Commits of one event: by partitions that commit for themselves, each on a connection, and by one loop that commits
/// for all of them at once, as a service does. Beside pgbench, which inserts a row per commit.
/// </summary>
internal static class CommitPart
{
    private const int Partitions = 32;
    private const double TimesPgbench = 0.9;
    private const string Unit = "commit";

    // As large as what a service saves with each commit: offsets by topic partition, positions by origin.
    private static readonly byte[] Progress = new byte[48];
    private static readonly int[] Writers = [1, 8, Partitions];
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    internal static async Task RunAsync(
        Ground ground, StoreRequest request, Book book, CancellationToken cancellation)
    {
        (string name, string connection) = await ground.NewDatabaseAsync(cancellation);
        await ground.ExecuteAsync(name, RowTable.Create, cancellation);
        await using (PartitionedStore store = await PartitionedStore.OpenAsync(connection, Partitions, cancellation))
        {
            Pgbench pgbench = new(ground);
            LogWriter[] logs = await LogWriter.OfAsync(store, streams: 1_000, Progress, cancellation);
            TimeSpan time = request.Scaled(Time);
            book.Say("commits: warming up");
            await AloneAsync(store, logs, time / 2, cancellation);
            await TogetherAsync(store, logs, time / 2, cancellation);
            await pgbench.RunAsync(name, Partitions, time / 2, cancellation);
            for (int round = 0; round < request.Rounds; round++)
            {
                foreach (int writers in Writers)
                {
                    await ground.CheckpointAsync(cancellation);
                    Work peer = await ground.MeasureAsync(
                        () => pgbench.RunAsync(name, writers, time, cancellation));
                    await ground.CheckpointAsync(cancellation);
                    Work ours = await ground.MeasureAsync(
                        () => AloneAsync(store, logs[..writers], time, cancellation));
                    Aim? aim = writers == Partitions ? Aim.TimesPeer(TimesPgbench) : null;
                    book.Note(Name(writers, "alone"), Unit, ours, ("pgbench", peer), aim);
                    if (writers == Partitions)
                    {
                        await ground.CheckpointAsync(cancellation);
                        Work together = await ground.MeasureAsync(
                            () => TogetherAsync(store, logs, time, cancellation));
                        book.Note(Name(writers, "in one round trip"), Unit, together, ("pgbench", peer));
                    }
                }
            }
        }

        await ground.DropAsync(name, cancellation);
    }

    // Each partition in a loop of its own, on its own connection: the next event when the one before is durable.
    private static async Task<long> AloneAsync(
        PartitionedStore store, LogWriter[] logs, TimeSpan time, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        long[] commits = await Task.WhenAll(logs.Select(log => Task.Run(() => LoopAsync([log]), cancellation)));
        return commits.Sum();

        async Task<long> LoopAsync(LogWriter[] own)
        {
            long count = 0;
            for (; Stopwatch.GetElapsedTime(started) < time; count++)
            {
                await LogWriter.CommitAsync(store, own, events: 1, cancellation);
            }

            return count;
        }
    }

    private static async Task<long> TogetherAsync(
        PartitionedStore store, LogWriter[] logs, TimeSpan time, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        long commits = 0;
        for (; Stopwatch.GetElapsedTime(started) < time; commits += logs.Length)
        {
            await LogWriter.CommitAsync(store, logs, events: 1, cancellation);
        }

        return commits;
    }

    private static string Name(int writers, string how) => string.Create(
        CultureInfo.InvariantCulture, $"{writers} partition{(writers == 1 ? "" : "s")} {how}");
}
