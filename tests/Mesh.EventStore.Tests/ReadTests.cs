using System.Globalization;
using Mesh.Testing;
using Npgsql;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

public sealed class ReadTests : IAsyncLifetime
{
    private PartitionedStore _store = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        _store = await PartitionedStore.OpenAsync(_database, Partitions);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(1, 9, 1, 9)]
    [InlineData(2, 8, 2, 8)] // from the middle of a page to the middle of another
    [InlineData(3, 3, 3, 3)] // the last of a page
    [InlineData(4, 6, 4, 6)] // exactly a page
    [InlineData(5, 5, 5, 5)]
    [InlineData(-3, 2, 1, 2)]
    [InlineData(8, 40, 8, 9)]
    [InlineData(10, 40, 0, -1)]
    [InlineData(6, 5, 0, -1)]
    public async Task Read_Range_ReturnsExactlyThatRange(int from, int through, int first, int last)
    {
        PartitionRow row = await _store.TakeAnewAsync(0);
        for (int page = 0; page < 3; page++)
        {
            PageWrite write = Page(row, Run(row.Head, 3));
            Assert.True(await _store.WriteAsync(write));
            row = After(write);
        }

        List<StoredEvent> read = await _store.AllAsync(0, _store.Origin + from, _store.Origin + through);
        IEnumerable<long> wanted = Enumerable.Range(first, last - first + 1).Select(i => _store.Origin + i);
        Assert.Equal(wanted, read.Select(e => e.Position));
    }

    [Fact]
    public async Task Read_WhatWasWritten_IsEqual()
    {
        PartitionRow row = await _store.TakeAnewAsync(2);
        StoredEvent[] written = Mixed(row.Head);
        Assert.True(await _store.WriteAsync(Page(row, written)));

        List<StoredEvent> read = await _store.AllAsync(2);
        Assert.Equal(written.Length, read.Count);
        for (int i = 0; i < written.Length; i++)
        {
            Assert.Equal(written[i].Body, read[i].Body);
            Assert.Equal(written[i].Root, read[i].Root);
            Assert.Equal(written[i] with { Body = [], Root = [] }, read[i] with { Body = [], Root = [] }, BytesAside);
        }
    }

    [Fact]
    public async Task EventsView_EachEvent_IsOneReadableRow()
    {
        PartitionRow row = await _store.TakeAnewAsync(2);
        StoredEvent[] written = Mixed(row.Head);
        PageWrite first = Page(row, written[..2]);
        PageWrite second = Page(After(first), written[2..]);
        Assert.True(await _store.WriteAsync(first));
        Assert.True(await _store.WriteAsync(second));

        List<string> rows = [];
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_database);
        await using NpgsqlCommand command = source.CreateCommand(
            "select partition, position, stream, type, target, target_partition, target_key, previous, root, body "
            + "from events order by position");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            object[] values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values.Select(Text)));
        }

        Assert.Equal(written.Select(e => string.Join('|', RowOf(2, e).Select(Text))), rows);
    }

    [Theory]
    [InlineData("packed = packed || '\\x00'")]
    [InlineData("packed = substring(packed from 1 for length(packed) - 1)")]
    [InlineData("packed = overlay(packed placing '\\xffff' from 1)")]
    [InlineData("events = events + 1")]
    public async Task Read_DamagedPage_SaysWhich(string damage)
    {
        PartitionRow row = await _store.TakeAnewAsync(2);
        Assert.True(await _store.WriteAsync(Page(row, Mixed(row.Head))));
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_database);
        await using NpgsqlCommand command = source.CreateCommand($"update pages set {damage}");
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => _store.AllAsync(2));
        Assert.Contains($"{row.Head + 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DatabaseWithPagesOfAnOlderForm_SaysWhatToRun()
    {
        string database = await TestPostgres.NewDatabaseAsync();
        await RunAsync(database, "create table pages (partition integer, first bigint, bodies bytea[])");
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(
            () => PartitionedStore.OpenAsync(database, 4));
        Assert.Contains("older form", error.MessageText, StringComparison.Ordinal);
        Assert.Contains("--fresh", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commit_NamesOfTheGreatestLength_ComeBack()
    {
        PartitionRow row = await _store.TakeAnewAsync(1);
        string name = new('é', Limits.NameChars);
        StoredEvent written = new(row.Head + 1, name, "thing-done.v1", [1], [], new EventTarget("out.v1", 1, name), 0);
        Assert.True(await _store.WriteAsync(Page(row, [written])));
        StoredEvent read = Assert.Single(await _store.AllAsync(1));
        Assert.Equal((name, name), (read.Stream, read.Target!.Key));
    }

    [Fact]
    public async Task Read_AnotherPartition_SeesNothing()
    {
        PartitionRow row = await _store.TakeAnewAsync(0);
        Assert.True(await _store.WriteAsync(Page(row, Run(row.Head, 3))));
        Assert.Empty(await _store.AllAsync(1));
    }

    private static StoredEvent[] Mixed(long head) =>
    [
        new(head + 1, "a/p/1", "thing-done.v1", [1, 2, 3], [9, 9], new EventTarget("out.v1", 11, "a/p/other"), 0),
        new(head + 2, "a/p/1", "thing-seen.v1", [], [], null, 0),
        new(head + 3, "a/p/2", "thing-done.v1", [0], [], new EventTarget("out.v1", 3), head + 1),
        new(head + 4, "a/p/2", "thing-seen.v1", [255, 0], [7], new EventTarget("side.v1", 0, ""), 0),
        new(head + 5, "", "thing-done.v1", [], [], new EventTarget("out.v1", 3, "é\"{}\\,NULL"), head + 3),
        new(head + 6, "NULL", "out.v1", [1], [], new EventTarget("thing-done.v1", 1, "NULL"), long.MaxValue),
    ];

    private static object?[] RowOf(int partition, StoredEvent e) =>
    [
        partition, e.Position, e.Stream, e.Type, e.Target?.Topic, e.Target?.Partition,
        e.Target is null ? null : e.Target.Key ?? e.Stream, e.Previous == 0 ? null : e.Previous, e.Root, e.Body,
    ];

    private static string Text(object? value) => value switch
    {
        null or DBNull => "(null)",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool BytesAside(StoredEvent a, StoredEvent b) =>
        (a.Position, a.Stream, a.Type, a.Target, a.Previous) == (b.Position, b.Stream, b.Type, b.Target, b.Previous);
}
