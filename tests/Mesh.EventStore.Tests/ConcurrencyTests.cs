using Mesh.Testing;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

public sealed class ConcurrencyTests
{
    private const int PageEvents = 7;
    private const int PagesEach = 40;

    [Fact]
    public async Task Commit_ManyAtOnceOnDisjointPartitions_LosesNothing()
    {
        await using PartitionedStore store =
            await PartitionedStore.OpenAsync(await TestPostgres.NewDatabaseAsync(), Partitions);
        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(n => Task.Run(() => WriteAsync(store, n))));
        for (int n = 0; n < Partitions; n++)
        {
            List<StoredEvent> all = await store.AllAsync(n);
            Assert.Equal(
                Enumerable.Range(1, PagesEach * PageEvents).Select(i => store.Origin + i), all.Select(e => e.Position));
        }
    }

    [Fact]
    public async Task Commit_TwoOwnersOfOnePartition_OnlyOneLogComesToBe()
    {
        await using PartitionedStore store =
            await PartitionedStore.OpenAsync(await TestPostgres.NewDatabaseAsync(), Partitions);
        PartitionRow row = await store.TakeAnewAsync(0);

        // Both believe in the same epoch: only the head can tell them apart.
        Task<CommitAnswer>[] rivals =
        [
            .. Enumerable.Range(0, 8).Select(r => store.CommitAsync([Page(row, Run(row.Head, 3, $"rival {r}"))])),
        ];
        CommitAnswer[] answers = await Task.WhenAll(rivals);
        Assert.Single(answers, a => Committed(a)[0] == CommitResult.Written);
        Assert.Equal(3, (await store.AllAsync(0)).Count);
    }

    [Fact]
    public async Task Read_WhilePagesAreCommitted_SeesOnlyWholePages()
    {
        await using PartitionedStore store =
            await PartitionedStore.OpenAsync(await TestPostgres.NewDatabaseAsync(), Partitions);
        Task writing = Task.Run(() => WriteAsync(store, 0));
        int reads = 0;
        long seen = 0;
        do
        {
            List<StoredEvent> all = await store.AllAsync(0);
            Assert.Equal(0, all.Count % PageEvents);
            Assert.Equal(Enumerable.Range(1, all.Count).Select(i => store.Origin + i), all.Select(e => e.Position));
            Assert.True(all.Count >= seen, "What was read once is read again.");
            seen = all.Count;
            reads++;
        }
        while (!writing.IsCompleted || reads == 1);

        await writing;
        Assert.Equal(PagesEach * PageEvents, (await store.AllAsync(0)).Count);
    }

    private static async Task WriteAsync(PartitionedStore store, int partition)
    {
        PartitionRow row = await store.TakeAnewAsync(partition);
        for (int i = 0; i < PagesEach; i++)
        {
            PageWrite page = Page(row, Run(row.Head, PageEvents));
            Assert.True(await store.WriteAsync(page));
            row = After(page);
        }
    }
}
