using Mesh.Testing;

namespace Mesh.EventStore.Tests;

/// <summary>Removing the beginning of a log: whole pages, relayed ones, by the owner alone.</summary>
public sealed class TruncateTests
{
    [Fact]
    public async Task Truncate_RelayedPages_AreGoneAndTheRestIsRead()
    {
        await using PartitionedStore store = await OpenAsync();
        PartitionRow row = await ThreePagesAsync(store, relayed: 25);
        long origin = store.Origin;
        long bytes = await store.LogBytesAsync();

        // The page that ends at 30 holds some that are not relayed.
        Assert.Equal(2, await store.TruncateAsync(1, row.Epoch, row.Head));

        List<StoredEvent> left = await store.AllAsync(1);
        Assert.Equal(Enumerable.Range(21, 10).Select(n => origin + n), left.Select(e => e.Position));
        Assert.Equal(10, (await store.AllAsync(1, from: origin + 5)).Count);
        Assert.Equal(origin + 30, Assert.Single(await store.AllAsync(1, from: origin + 30)).Position);
        Assert.InRange(await store.LogBytesAsync(), 1, bytes - 1);
        PartitionRow after = await store.ReadRowAsync(1);
        Assert.Equal((row.Head, row.Relayed), (after.Head, after.Relayed));
    }

    [Fact]
    public async Task Truncate_UpToAPosition_KeepsThePageThatItIsIn()
    {
        await using PartitionedStore store = await OpenAsync();
        PartitionRow row = await ThreePagesAsync(store, relayed: 30);
        Assert.Equal(0, await store.TruncateAsync(1, row.Epoch, store.Origin + 9));
        Assert.Equal(1, await store.TruncateAsync(1, row.Epoch, store.Origin + 19));
        Assert.Equal(20, (await store.AllAsync(1)).Count);
    }

    [Fact]
    public async Task Truncate_AnotherEpoch_RemovesNothing()
    {
        await using PartitionedStore store = await OpenAsync();
        PartitionRow row = await ThreePagesAsync(store, relayed: 30);
        await store.TakeAnewAsync(1);
        Assert.Null(await store.TruncateAsync(1, row.Epoch, row.Head));
        Assert.Equal(30, (await store.AllAsync(1)).Count);
    }

    [Fact]
    public async Task Truncate_WholeLog_GoesOnAtTheSameHead()
    {
        await using PartitionedStore store = await OpenAsync();
        PartitionRow row = await ThreePagesAsync(store, relayed: 30);
        Assert.Equal(3, await store.TruncateAsync(1, row.Epoch, row.Head));
        Assert.Equal(0, await store.LogBytesAsync());
        Assert.Empty(await store.AllAsync(1));

        Assert.True(await store.WriteAsync(Pages.Page(row, Pages.Run(row.Head, 2))));
        Assert.Equal([row.Head + 1, row.Head + 2], (await store.AllAsync(1)).Select(e => e.Position));
    }

    private static async Task<PartitionedStore> OpenAsync() =>
        await PartitionedStore.OpenAsync(await TestPostgres.NewDatabaseAsync(), Pages.Partitions);

    // Ten events each.
    private static async Task<PartitionRow> ThreePagesAsync(PartitionedStore store, int relayed)
    {
        PartitionRow row = await store.TakeAnewAsync(1);
        for (int page = 0; page < 3; page++)
        {
            row = row with { Relayed = store.Origin + (page == 2 ? relayed : 0) };
            Assert.True(await store.WriteAsync(Pages.Page(row, Pages.Run(row.Head, 10))));
            row = await store.ReadRowAsync(1);
        }

        return row;
    }
}
