using Mesh.Testing;
using Npgsql;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

/// <summary>What is known after a commit that did not go well.</summary>
public sealed class CommitOutcomeTests : IAsyncLifetime
{
    private PartitionedStore _store = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        _store = await PartitionedStore.OpenAsync(_database, Partitions);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Commit_OnePageRefused_WritesNoneAndTellsWhy_TheOthersGoAlone()
    {
        await RunAsync(_database, "alter table pages add constraint short_pages check (events < 5)");
        PageWrite[] pages = [await PageOfAsync(0, 2), await PageOfAsync(1, 5), await PageOfAsync(2, 2)];
        Assert.Equal(
            new CommitAnswer(null, PostgresErrorCodes.CheckViolation, "short_pages"), await _store.CommitAsync(pages));
        foreach (PageWrite page in pages)
        {
            PartitionRow row = await _store.ReadRowAsync(page.Partition);
            Assert.Equal((page.Head, page.Epoch), (row.Head, row.Epoch));
            Assert.Empty(row.Inputs);
            Assert.Empty(await _store.AllAsync(page.Partition));
        }

        Assert.True(await _store.WriteAsync(pages[0]));
        Assert.Equal("23514", (await _store.CommitAsync([pages[1]])).SqlState);
        Assert.True(await _store.WriteAsync(pages[2]));
        Assert.Equal(2, (await _store.AllAsync(0)).Count);
        Assert.Empty(await _store.AllAsync(1));
        Assert.Equal([9], (await _store.ReadRowAsync(2)).Inputs);
    }

    [Fact]
    public async Task Commit_RefusedAtItsVeryEnd_IsARefusalToo()
    {
        await RunAsync(
            _database,
            """
            create function refuse() returns trigger language plpgsql as $$ begin
                raise exception using errcode = 'XX999', constraint = 'at_the_end'; end $$;
            create constraint trigger refuse after insert on pages deferrable initially deferred
                for each row execute function refuse()
            """);
        PageWrite page = await PageOfAsync(0, 1);
        Assert.Equal(new CommitAnswer(null, "XX999", "at_the_end"), await _store.CommitAsync([page]));
        Assert.Empty(await _store.AllAsync(0));
        Assert.True(await _store.WriteAsync(page with { Events = [] }));
    }

    [Fact]
    public async Task Commit_StatementCancelledByTheServer_IsARefusal()
    {
        PageWrite[] pages = [await PageOfAsync(0, 1), await PageOfAsync(1, 1)];
        await using RowLock held = await RowLock.OnPartitionAsync(_database, 1);
        Task<CommitAnswer> committing = _store.CommitAsync(pages);
        await held.CancelBlockedAsync();
        Assert.Equal(new CommitAnswer(null, PostgresErrorCodes.QueryCanceled, null), await committing);
        await held.EndAsync();
        Assert.Empty(await _store.AllAsync(0));
        Assert.Equal([CommitResult.Written, CommitResult.Written], Committed(await _store.CommitAsync(pages)));
    }

    [Fact]
    public async Task Commit_BackendTerminated_IsUnknownAndThrows()
    {
        PageWrite page = await PageOfAsync(0, 1);
        await using RowLock held = await RowLock.OnPartitionAsync(_database, 0);
        Task<CommitAnswer> committing = _store.CommitAsync([page]);
        await held.TerminateBlockedAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => committing);
        await held.EndAsync();
        Assert.True(await _store.WriteAsync(page), "The next commit has a connection that works.");
    }

    [Fact]
    public async Task Commit_Cancelled_IsUnknownAndThrows()
    {
        PageWrite page = await PageOfAsync(0, 1);
        await using RowLock held = await RowLock.OnPartitionAsync(_database, 0);
        using CancellationTokenSource cancel = new();
        Task<CommitAnswer> committing = _store.CommitAsync([page], cancel.Token);
        await held.WaitForBlockedAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => committing);
    }

    private async Task<PageWrite> PageOfAsync(int partition, int events)
    {
        PartitionRow row = await _store.TakeAnewAsync(partition);
        return Page(row, Run(row.Head, events)) with { Inputs = [9] };
    }
}
