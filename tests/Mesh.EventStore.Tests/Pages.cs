using System.Text;
using Npgsql;

namespace Mesh.EventStore.Tests;

/// <summary>Short spellings of what the tests write and read.</summary>
internal static class Pages
{
    public const int Partitions = 4;

    public static StoredEvent Event(
        long position, string text = "body", EventTarget? target = null, long previous = 0) =>
        new(position, "s/1", "thing-done.v1", Encoding.UTF8.GetBytes(text), [], target, previous);

    /// <summary>So many events in a row after a head.</summary>
    public static StoredEvent[] Run(long head, int count, string text = "body") =>
        [.. Enumerable.Range(1, count).Select(i => Event(head + i, $"{text} {head + i}"))];

    public static PageWrite Page(PartitionRow row, params IReadOnlyList<StoredEvent> events) =>
        new(row.Partition, row.Epoch, row.Head, events, row.Relayed, row.Inputs, row.Sent);

    /// <summary>The row as it is after a page was written; what the page does not touch is left at zero.</summary>
    public static PartitionRow After(PageWrite page) => new(
        page.Partition, page.Epoch, page.Head + page.Events.Count, page.Relayed, page.Inputs, page.Sent, 0, 0);

    /// <summary>Takes a partition for an owner of its own, from whomever, and reads its row.</summary>
    public static Task<PartitionRow> TakeAnewAsync(this PartitionedStore store, int partition) =>
        store.TakeAnewAsync(partition, Guid.NewGuid());

    public static async Task<PartitionRow> TakeAnewAsync(this PartitionedStore store, int partition, Guid owner)
    {
        Sight sight = await store.LookAsync();
        PartitionOwner seen = sight.Partitions[partition];
        long? epoch = await store.TakeAsync(seen, sight.CounterOf(seen.Owner), owner);
        PartitionRow row = await store.ReadRowAsync(partition);
        Assert.Equal(seen.Epoch + 1, epoch);
        Assert.Equal(epoch, row.Epoch);
        return row;
    }

    public static long? CounterOf(this Sight sight, Guid? instance) =>
        sight.Instances.SingleOrDefault(i => i.Instance == instance)?.Counter;

    public static async Task<bool> WriteAsync(this PartitionedStore store, PageWrite page) =>
        Assert.Single(Committed(await store.CommitAsync([page]))) == CommitResult.Written;

    /// <summary>What came of each page of a commit that was not refused.</summary>
    public static IReadOnlyList<CommitResult> Committed(CommitAnswer answer)
    {
        Assert.Null(answer.SqlState);
        Assert.Null(answer.Constraint);
        return Assert.IsAssignableFrom<IReadOnlyList<CommitResult>>(answer.Pages);
    }

    public static async Task<List<StoredEvent>> AllAsync(
        this PartitionedStore store, int partition, long from = 0, long through = long.MaxValue)
    {
        List<StoredEvent> all = [];
        await foreach (StoredEvent stored in store.ReadAsync(partition, from, through))
        {
            all.Add(stored);
        }

        return all;
    }

    public static async Task<int> RunAsync(string database, string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
