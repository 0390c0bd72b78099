using Mesh.Testing;
using Npgsql;

namespace Mesh.EventStore.Tests.Gaps;

/// <summary>
/// A reader that goes on behind the last position it has seen misses nothing, whatever the writers do to each other.
/// A reader of a global, automatically numbered table does, and is caught by the same check.
/// </summary>
public sealed class GapSafetyTests : IAsyncLifetime
{
    private const int Partitions = 12;
    private const int Connections = 64;
    private const int Events = 1_000_000;
    private PartitionedStore _store = null!;
    private NpgsqlDataSource _source = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        _store = await PartitionedStore.OpenAsync(_database, Partitions);
        _source = NpgsqlDataSource.Create(_database);
        // Numbered in the transactions that write the pages: the usual, and treacherous, outbox table.
        await Tests.Pages.RunAsync(
            _database,
            """
            create table numbered (id bigserial primary key, partition integer, first bigint, count integer);
            create function number() returns trigger language plpgsql as $$ begin
                insert into numbered (partition, first, count)
                values (new.partition, new.first, new.events);
                return null;
            end $$;
            create trigger number after insert on pages for each row execute function number();
            """);
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Readers_BehindContendingAndDyingWriters_SeeEveryEventOnceAndInOrder()
    {
        string database = $"{_database};Application Name={Writers.Application};Maximum Pool Size={Connections}";
        await using PartitionedStore contended = await PartitionedStore.OpenAsync(database, Partitions);
        await using NpgsqlDataSource around = NpgsqlDataSource.Create(database);
        Writers writers = new(contended, around, Events);
        bool ended = false;
        bool Ended() => Volatile.Read(ref ended);
        Task<int> killing = Task.Run(() => writers.KillAsync(_database, Events / 100));
        SeenLog tailed = new(Partitions, _store.Origin);
        Task[] tailing =
            [.. Enumerable.Range(0, Partitions).Select(n => Task.Run(() => TailAsync(n, tailed, Ended)))];
        Task<SeenLog> planted = Task.Run(() => ReadNumberedAsync(Ended));
        Task<(Findings, long)> rebuilding = Task.Run(() => RebuildHalfWayAsync(writers));
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(i => Task.Run(() => writers.RunAsync(i))));
        Volatile.Write(ref ended, true);
        await Task.WhenAll(tailing);

        long[] heads = await HeadsAsync();
        Assert.True(heads.Sum(h => h - _store.Origin) >= Events);
        Assert.Equal(Findings.None, tailed.Check(heads));
        (Findings rebuilt, long events) = await rebuilding;
        Assert.Equal(Findings.None, rebuilt);
        Assert.True(events >= Events / 2);
        await CheckPagesAsync(writers, heads);
        Assert.True(await killing > 20, "Connections were killed.");
        Assert.NotEmpty(writers.Unknown);
        Assert.True((await planted).Check(heads).Skipped > 0, "Who goes by a global number is caught skipping.");
    }

    private async Task<long[]> HeadsAsync()
    {
        PartitionRow[] rows = await Task.WhenAll(Enumerable.Range(0, Partitions).Select(n => _store.ReadRowAsync(n)));
        return [.. rows.Select(r => r.Head)];
    }

    private async Task TailAsync(int partition, SeenLog seen, Func<bool> ended)
    {
        bool last;
        do
        {
            last = ended();
            await foreach (StoredEvent e in _store.ReadAsync(partition, seen.Last(partition) + 1, long.MaxValue))
            {
                seen.Add(partition, e.Position);
            }

            await Task.Delay(50);
        }
        while (!last);
    }

    // All logs from their start while they grow; what was committed when it began must be there.
    private async Task<(Findings Findings, long Events)> RebuildHalfWayAsync(Writers writers)
    {
        while (writers.Events < Events / 2)
        {
            await Task.Delay(10);
        }

        SeenLog seen = new(Partitions, _store.Origin);
        long[] heads = await HeadsAsync();
        for (int n = 0; n < Partitions; n++)
        {
            await foreach (StoredEvent e in _store.ReadAsync(n, _store.Origin, long.MaxValue))
            {
                seen.Add(n, e.Position);
                heads[n] = Math.Max(heads[n], e.Position);
            }
        }

        return (seen.Check(heads), heads.Sum(h => h - _store.Origin));
    }

    private async Task<SeenLog> ReadNumberedAsync(Func<bool> ended)
    {
        SeenLog seen = new(Partitions, _store.Origin);
        long id = 0;
        bool last;
        do
        {
            last = ended();
            await using NpgsqlCommand command = _source.CreateCommand(
                "select id, partition, first, count from numbered where id > $1 order by id");
            command.Parameters.AddWithValue(id);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                id = reader.GetInt64(0);
                for (int i = 0; i < reader.GetInt32(3); i++)
                {
                    seen.Add(reader.GetInt32(1), reader.GetInt64(2) + i);
                }
            }

            await Task.Delay(3);
        }
        while (!last);

        return seen;
    }

    // Another look at the whole log: each page is there as a whole, or not at all, as its writer was told.
    private async Task CheckPagesAsync(Writers writers, long[] heads)
    {
        SeenLog seen = new(Partitions, _store.Origin);
        Dictionary<long, int> pages = [];
        for (int n = 0; n < Partitions; n++)
        {
            await foreach (StoredEvent e in _store.ReadAsync(n, _store.Origin, long.MaxValue))
            {
                seen.Add(n, e.Position);
                long name = BitConverter.ToInt64(e.Body);
                pages[name] = pages.GetValueOrDefault(name) + 1;
            }
        }

        Assert.Equal(Findings.None, seen.Check(heads));
        Assert.All(writers.Written, p => Assert.Equal(p.Value, pages.GetValueOrDefault(p.Key)));
        Assert.DoesNotContain(writers.Lost.Keys, pages.ContainsKey);
        int unknown = 0;
        foreach ((long name, int events) in writers.Unknown)
        {
            unknown += pages.TryGetValue(name, out int there) ? 1 : 0;
            Assert.Contains(there, new[] { 0, events });
        }

        Assert.Equal(pages.Count, writers.Written.Count + unknown);
    }
}
