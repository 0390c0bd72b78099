using System.Collections.Concurrent;
using Mesh.EventStore.Machinery;
using Npgsql;

namespace Mesh.EventStore.Tests.Gaps;

/// <summary>
/// Writers that get into each other's way: every one of them writes to every partition, some hold their transaction
/// open, some roll it back, some take the partition first, and all are killed now and then. What each page's outcome
/// was, as far as its writer knows, is noted by the page's name, which is the body of each of its events.
/// </summary>
internal sealed class Writers(PartitionedStore store, NpgsqlDataSource source, int target)
{
    public const string Application = "gap-writer";
    private const int PageEvents = 600;
    private long _pages;
    private long _events;

    /// <summary>Pages that were reported as written, and how many events they have.</summary>
    public ConcurrentDictionary<long, int> Written { get; } = new();

    /// <summary>Pages that were fenced or rolled back.</summary>
    public ConcurrentDictionary<long, int> Lost { get; } = new();

    /// <summary>Pages whose connection broke.</summary>
    public ConcurrentDictionary<long, int> Unknown { get; } = new();

    public long Events => Interlocked.Read(ref _events);

    public async Task RunAsync(int seed)
    {
        Random random = new(seed);
        while (Events < target)
        {
            try
            {
                await StepAsync(random);
            }
            catch (NpgsqlException)
            {
                // Killed before anything was at stake.
            }
        }
    }

    /// <summary>Ends a connection at work each time that so many more events are written; returns how many.</summary>
    public async Task<int> KillAsync(string database, int eventsBetween)
    {
        await using NpgsqlDataSource killer = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand kill = killer.CreateCommand(
            $"""
            select count(pg_terminate_backend(pid)) from (
                select pid from pg_stat_activity
                where datname = current_database() and application_name = '{Application}' and state <> 'idle'
                order by random() limit 1) victim
            """);
        int killed = 0;
        for (long next = eventsBetween; next < target;)
        {
            if (Events >= next)
            {
                killed += (int)(long)(await kill.ExecuteScalarAsync())!;
                next += eventsBetween;
            }

            await Task.Delay(5);
        }

        return killed;
    }

    private async Task StepAsync(Random random)
    {
        List<PageWrite> pages = [];
        int[] partitions = [.. Enumerable.Range(0, store.Partitions)];
        foreach (int n in random.GetItems(partitions, random.Next(4) == 0 ? 3 : 1).Distinct().Order())
        {
            if (random.Next(20) == 0)
            {
                Sight sight = await store.LookAsync();
                await store.TakeAsync(sight.Partitions[n], null, Guid.NewGuid());
            }

            pages.Add(NewPage(await store.ReadRowAsync(n), random.Next(1, PageEvents)));
        }

        if (random.Next(4) == 0)
        {
            await Task.Delay(random.Next(10));
        }

        try
        {
            await (random.Next(20) switch
            {
                0 => AroundAsync(pages, random, commit: false),
                1 => AroundAsync(pages, random, commit: true),
                _ => CommitAsync(pages),
            });
        }
        catch (NpgsqlException)
        {
            pages.ForEach(p => Unknown[Name(p)] = p.Events.Count);
        }
    }

    private async Task CommitAsync(List<PageWrite> pages)
    {
        IReadOnlyList<CommitResult> results = Pages.Committed(await store.CommitAsync(pages));
        for (int i = 0; i < pages.Count; i++)
        {
            Note(pages[i], results[i] == CommitResult.Written);
        }
    }

    // A transaction that is opened around a commit, kept open for a while, and ended this way or that.
    private async Task AroundAsync(List<PageWrite> pages, Random random, bool commit)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await using NpgsqlBatch batch = new(connection, transaction);
        PageCommands commands = new();
        pages.ForEach(p => batch.BatchCommands.Add(commands.Build(p)));
        await batch.ExecuteNonQueryAsync();
        await Task.Delay(random.Next(10));
        await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        for (int i = 0; i < pages.Count; i++)
        {
            Note(pages[i], commit && batch.BatchCommands[i].RecordsAffected == 1);
        }
    }

    private void Note(PageWrite page, bool written)
    {
        (written ? Written : Lost)[Name(page)] = page.Events.Count;
        Interlocked.Add(ref _events, written ? page.Events.Count : 0);
    }

    private PageWrite NewPage(PartitionRow row, int count)
    {
        byte[] name = BitConverter.GetBytes(Interlocked.Increment(ref _pages));
        StoredEvent[] events = new StoredEvent[count];
        for (int i = 0; i < count; i++)
        {
            events[i] = new StoredEvent(row.Head + 1 + i, "s/1", "thing-done.v1", name, [], null, 0);
        }

        return Pages.Page(row, events);
    }

    private static long Name(PageWrite page) => BitConverter.ToInt64(page.Events[0].Body);
}
