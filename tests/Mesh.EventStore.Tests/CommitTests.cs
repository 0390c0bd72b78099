using Mesh.Testing;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

public sealed class CommitTests : IAsyncLifetime
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
    public async Task Commit_Pages_AreContiguousFromTheIncarnation()
    {
        PartitionRow row = await TakeAsync(1);
        PageWrite first = Page(row, Run(row.Head, 3));
        PageWrite second = Page(After(first), Run(After(first).Head, 2));
        Assert.True(await _store.WriteAsync(first));
        Assert.True(await _store.WriteAsync(second));

        long[] positions = [.. (await _store.AllAsync(1)).Select(e => e.Position)];
        Assert.Equal(Enumerable.Range(1, 5).Select(i => (1L << 48) + i), positions);
        Assert.Equal((1L << 48) + 5, (await TakeAsync(1)).Head);
    }

    [Fact]
    public async Task Commit_SeveralPartitions_WritesEachItsOwn()
    {
        PageWrite[] pages = new PageWrite[Partitions];
        for (int n = 0; n < Partitions; n++)
        {
            PartitionRow row = await TakeAsync(n);
            pages[n] = Page(row, Run(row.Head, n, $"of {n}"));
        }

        Assert.All(Committed(await _store.CommitAsync(pages)), r => Assert.Equal(CommitResult.Written, r));
        for (int n = 0; n < Partitions; n++)
        {
            Assert.Equal(pages[n].Events.Select(e => e.Position), (await _store.AllAsync(n)).Select(e => e.Position));
            Assert.Equal(pages[n].Events.Select(e => e.Body), (await _store.AllAsync(n)).Select(e => e.Body));
        }
    }

    [Fact]
    public async Task Commit_StaleEpochOrHead_WritesNothingWhileOthersAreWritten()
    {
        PartitionRow[] rows = [await TakeAsync(0), await TakeAsync(1), await TakeAsync(2), await TakeAsync(3)];
        PageWrite[] pages =
        [
            Page(rows[0], Run(rows[0].Head, 2)),
            Page(rows[1] with { Epoch = rows[1].Epoch - 1 }, Run(rows[1].Head, 2)),
            Page(rows[2] with { Head = rows[2].Head + 7, Inputs = [9], Relayed = 99 }, Run(rows[2].Head + 7, 2)),
            Page(rows[3], Run(rows[3].Head, 1)),
        ];

        Assert.Equal(
            [CommitResult.Written, CommitResult.Fenced, CommitResult.Fenced, CommitResult.Written],
            Committed(await _store.CommitAsync(pages)));
        Assert.Equal(2, (await _store.AllAsync(0)).Count);
        Assert.Empty(await _store.AllAsync(1));
        Assert.Empty(await _store.AllAsync(2));
        Assert.Single(await _store.AllAsync(3));
        PartitionRow refused = await TakeAsync(2);
        Assert.Equal(rows[2].Head, refused.Head);
        Assert.Equal(rows[2].Relayed, refused.Relayed);
        Assert.Empty(refused.Inputs);
    }

    [Fact]
    public async Task Commit_SamePageAgain_WritesNothing()
    {
        PartitionRow row = await TakeAsync(0);
        PageWrite page = Page(row, Run(row.Head, 2));
        Assert.True(await _store.WriteAsync(page));
        Assert.False(await _store.WriteAsync(page));
        Assert.Equal(2, (await _store.AllAsync(0)).Count);
    }

    [Fact]
    public async Task Take_ByAnother_FencesTheFormerOwner()
    {
        PartitionRow former = await TakeAsync(0);
        PageWrite first = Page(former, Run(former.Head, 1));
        Assert.True(await _store.WriteAsync(first));

        PartitionRow latter = await TakeAsync(0);
        Assert.Equal(former.Epoch + 1, latter.Epoch);
        Assert.Equal(former.Head + 1, latter.Head);
        PartitionRow zombie = After(first);
        Assert.False(await _store.WriteAsync(Page(zombie, Run(zombie.Head, 1, "zombie"))));
        Assert.False(await _store.WriteAsync(Page(zombie with { Inputs = [1] })));
        Assert.True(await _store.WriteAsync(Page(latter, Run(latter.Head, 1))));
        Assert.Equal(2, (await _store.AllAsync(0)).Count);
        Assert.Empty((await TakeAsync(0)).Inputs);
    }

    [Fact]
    public async Task Take_NamesTheOwner()
    {
        Guid owner = Guid.NewGuid();
        await _store.TakeAnewAsync(2, owner);
        Assert.Equal(owner, await ScalarAsync<Guid>(_database, "select owner from partitions where partition = 2"));
    }

    [Fact]
    public async Task Commit_RowOnly_MovesInputsSentAndRelayed()
    {
        PartitionRow row = await TakeAsync(0);
        PageWrite quiet = Page(row) with { Relayed = row.Relayed + 5, Inputs = [1, 2], Sent = [3] };
        Assert.True(await _store.WriteAsync(quiet));

        PartitionRow moved = await TakeAsync(0);
        Assert.Equal(row.Head, moved.Head);
        Assert.Equal(row.Relayed + 5, moved.Relayed);
        Assert.Equal([1, 2], moved.Inputs);
        Assert.Equal([3], moved.Sent);
        Assert.Empty(await _store.AllAsync(0));
    }

    [Fact]
    public async Task Commit_WithEvents_MovesTheRowToo()
    {
        PartitionRow row = await TakeAsync(0);
        PageWrite page = Page(row, Run(row.Head, 1)) with { Relayed = row.Head, Inputs = [7], Sent = [8, 9] };
        Assert.True(await _store.WriteAsync(page));
        PartitionRow moved = await TakeAsync(0);
        Assert.Equal(row.Head, moved.Relayed);
        Assert.Equal([7], moved.Inputs);
        Assert.Equal([8, 9], moved.Sent);
    }

    [Fact]
    public async Task Commit_TheLargestPage_IsWrittenWhole()
    {
        PartitionRow row = await TakeAsync(0);
        Assert.True(await _store.WriteAsync(Page(row, Run(row.Head, Limits.PageEvents))));
        List<StoredEvent> all = await _store.AllAsync(0);
        Assert.Equal(Limits.PageEvents, all.Count);
        Assert.Equal(row.Head + Limits.PageEvents, all[^1].Position);
    }

    private Task<PartitionRow> TakeAsync(int partition) => _store.TakeAnewAsync(partition);
}
