using System.Text;
using Mesh.Testing;
using Npgsql;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

public sealed class StateTests : IAsyncLifetime
{
    private PartitionedStore _store = null!;
    private PartitionRow _row = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        _store = await PartitionedStore.OpenAsync(_database, Partitions);
        _row = await _store.TakeAnewAsync(1);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task States_OfANewStore_AreNoneAndTheCheckpointIsTheOrigin()
    {
        Assert.Equal((_store.Origin, 0L), (_row.Checkpoint, _row.States));
        Assert.Equal(default, await _store.SummarizeStatesAsync(1));
        Assert.Empty(await _store.ReadStatesAsync(1, ["a"]));
        Assert.Empty(await _store.ReadStatesAsync(1, []));
        Assert.Empty(await PinnedAsync());
    }

    [Fact]
    public async Task Write_Rows_AreReadByKeyAndPartInOrder()
    {
        StateRow[] rows =
        [
            State("b", 5, [1]), State("a", 6, []) with { Part = 10 }, State("a", 6, [3, 4]) with { Part = 2, Fold = 7 },
            State("B", 4, [5]) with { Pinned = true }, State("é\"{}\\,NULL", 4, new byte[300_000]), State("", 1, [6]),
        ];
        Assert.True(await WriteAsync(6, rows));
        string[] keys = [.. rows.Select(r => r.Key).Distinct(), "c"];
        IReadOnlyList<StateRow> read = await _store.ReadStatesAsync(1, keys);
        Assert.Equal(
            rows.OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.Part).Select(Text), read.Select(Text));
        Assert.Equal(["a 2", "a 10"], (await _store.ReadStatesAsync(1, ["a"])).Select(r => $"{r.Key} {r.Part}"));
        Assert.Empty(await _store.ReadStatesAsync(0, keys));
        Assert.Equal(0, await ScalarAsync<long>(
            _database, "select count(*) from states where pg_column_compression(bytes) is not null"));
    }

    [Fact]
    public async Task Write_EarlierPosition_LeavesTheLaterRow()
    {
        Assert.True(await WriteAsync(10, State("a", 10, [1]), State("b", 10, [2])));
        Assert.True(await WriteAsync(11, State("a", 9, [3]), State("b", 10, [4]) with { Fold = 2 }));
        Assert.Equal(
            [Text(State("a", 10, [1])), Text(State("b", 10, [4]) with { Fold = 2 })],
            (await _store.ReadStatesAsync(1, ["a", "b"])).Select(Text));
        PartitionRow row = await _store.ReadRowAsync(1);
        Assert.Equal((_store.Origin + 11, 2L), (row.Checkpoint, row.States));
    }

    [Fact]
    public async Task Write_UnderAnEarlierEpoch_WritesNothing()
    {
        Assert.True(await WriteAsync(5, State("a", 5, [1])));
        PartitionRow latter = await _store.TakeAnewAsync(1);
        Assert.False(await WriteAsync(9, State("a", 9, [2]), State("b", 9, [3])));
        Assert.False(await WriteAsync(9));
        Assert.Equal([Text(State("a", 5, [1]))], (await _store.ReadStatesAsync(1, ["a", "b"])).Select(Text));
        PartitionRow row = await _store.ReadRowAsync(1);
        Assert.Equal((_store.Origin + 5, 1L, latter.Epoch), (row.Checkpoint, row.States, row.Epoch));
        Assert.True(await _store.WriteStatesAsync(new StateWrite(1, row.Epoch, [State("b", 9, [3])], 9)));
    }

    [Fact]
    public async Task Write_WaitingBehindATake_WritesNothing()
    {
        await using RowLock held = await RowLock.OnPartitionAsync(_database, 1);
        Task<long?> taking = _store.TakeAsync((await _store.LookAsync()).Partitions[1], null, Guid.NewGuid());
        await held.WaitForBlockedAsync();
        Task<bool> writing = WriteAsync(9, State("a", 9, [1]));
        await held.WaitForBlockedAsync(2);
        await held.EndAsync();
        Assert.Equal(_row.Epoch + 1, await taking);
        Assert.False(await writing);
        Assert.Empty(await _store.ReadStatesAsync(1, ["a"]));
        PartitionRow row = await _store.ReadRowAsync(1);
        Assert.Equal((_store.Origin, 0L), (row.Checkpoint, row.States));
    }

    [Fact]
    public async Task Write_NoRows_RaisesTheCheckpointAndNeverLowersIt()
    {
        Assert.True(await WriteAsync(7));
        Assert.Equal(_store.Origin + 7, (await _store.ReadRowAsync(1)).Checkpoint);
        Assert.True(await WriteAsync(3));
        Assert.True(await WriteAsync(4, State("a", 4, [1])));
        Assert.Equal(_store.Origin + 7, (await _store.ReadRowAsync(1)).Checkpoint);
        Assert.Equal(_store.Origin, (await _store.ReadRowAsync(0)).Checkpoint);
    }

    [Fact]
    public async Task Write_NewOldAndRefusedRows_CountsTheNewOnes()
    {
        Random random = new(7);
        HashSet<(string, int)> known = [];
        for (int i = 0; i < 60; i++)
        {
            StateRow[] rows =
            [
                .. Enumerable.Range(0, random.Next(0, 40))
                    .Select(_ => State($"k{random.Next(50)}", random.Next(100), [1]) with { Part = random.Next(3) })
                    .DistinctBy(r => (r.Key, r.Part)),
            ];
            Assert.True(await WriteAsync(i, rows));
            known.UnionWith(rows.Select(r => (r.Key, r.Part)));
            Assert.Equal(known.Count, (await _store.ReadRowAsync(1)).States);
        }

        Assert.Equal(known.Count, (await _store.SummarizeStatesAsync(1)).Rows);
    }

    [Fact]
    public async Task Write_WhileTheLogGrows_LosesNeitherCountNorCheckpointNorPages()
    {
        const int Writes = 300;
        int commits = 0;
        Task writing = Task.Run(async () =>
        {
            for (int i = 1; i <= Writes; i++)
            {
                Assert.True(await WriteAsync(i, State($"new {i}", i, [1]), State("same", i, [1])));
            }
        });
        PartitionRow row = _row;
        while (!writing.IsCompleted || commits == 0)
        {
            PageWrite page = Page(row, Run(row.Head, 1));
            Assert.True(await _store.WriteAsync(page));
            row = After(page);
            commits++;
        }

        await writing;
        PartitionRow last = await _store.ReadRowAsync(1);
        Assert.Equal(
            (_store.Origin + commits, _store.Origin + Writes, Writes + 1L), (last.Head, last.Checkpoint, last.States));
        Assert.Equal(Writes + 1, (await _store.SummarizeStatesAsync(1)).Rows);
    }

    [Fact]
    public async Task Write_SameKeyTwice_IsRefusedWhole()
    {
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(
            () => WriteAsync(9, State("b", 9, [1]), State("a", 8, [1]), State("a", 9, [2])));
        Assert.Equal(PostgresErrorCodes.CardinalityViolation, refused.SqlState);
        Assert.Empty(await _store.ReadStatesAsync(1, ["a", "b"]));
        Assert.Equal(_store.Origin, (await _store.ReadRowAsync(1)).Checkpoint);
    }

    [Theory]
    [InlineData("bytes = 'otherwise'")]
    [InlineData("bytes = ''")]
    [InlineData("bytes = bytes || '\\x00'")]
    [InlineData("position = position + 1")]
    [InlineData("fold = 2")]
    [InlineData("part = 1")]
    [InlineData("key = 'hur'")]
    [InlineData("checksum = checksum + 1")]
    public async Task Read_RowThatWasAltered_IsDamagedAndTheOthersAreNot(string change)
    {
        Assert.True(await WriteAsync(
            5, State("hurt", 5, "twelve bytes"u8.ToArray()) with { Pinned = true },
            State("well", 5, [1]) with { Pinned = true }));
        Assert.Equal(1, await RunAsync(_database, $"update states set {change} where key = 'hurt'"));
        IReadOnlyList<StateRow> rows = await _store.ReadStatesAsync(1, ["hur", "hurt", "well"]);
        Assert.Equal([true, false], rows.Select(r => r.Damaged));
        Assert.Empty(rows[0].Bytes);
        Assert.Equal([1], rows[1].Bytes);
        Assert.Equal(rows.Select(Text), (await PinnedAsync()).Select(Text));
    }

    [Fact]
    public async Task ReadPinned_ReturnsThoseThatArePinnedNow()
    {
        Assert.True(await WriteAsync(
            5, State("c", 5, [1]) with { Pinned = true }, State("b", 5, [2]),
            State("a", 5, [3]) with { Pinned = true }));
        Assert.Equal(["a", "c"], (await PinnedAsync()).Select(r => r.Key));
        Assert.True(await WriteAsync(6, State("a", 6, [4]), State("b", 6, [5]) with { Pinned = true }));
        Assert.Equal(["b", "c"], (await PinnedAsync()).Select(r => r.Key));
    }

    [Fact]
    public async Task ReadSnapshot_OfFewStates_HasAllOfThemTheRowAndTheTail()
    {
        Assert.True(await WriteAsync(
            5, State("b", 5, [2]) with { Fold = 3 }, State("a", 5, [3]) with { Pinned = true }));

        PartitionSnapshot few = await _store.ReadSnapshotAsync(1, fewStates: 2);
        PartitionSnapshot many = await _store.ReadSnapshotAsync(1, fewStates: 1);

        Assert.Equal(["a", "b"], few.Rows.Select(r => r.Key));
        Assert.Equal(["a"], many.Rows.Select(r => r.Key));
        Assert.Equal(new StateSummary(2, 1, 3), few.Summary);
        Assert.Equal((_row.Epoch, _store.Origin + 5, 2L), (few.Row.Epoch, few.Row.Checkpoint, few.Row.States));
        List<long> expected = [];
        await foreach (StoredEvent stored in _store.ReadAsync(1, few.Row.Relayed + 1, few.Row.Head))
        {
            expected.Add(stored.Position);
        }

        Assert.Equal(expected, few.Tail.Select(stored => stored.Position));
    }

    [Fact]
    public async Task Summarize_TellsRowsAndFolds()
    {
        Assert.True(await WriteAsync(
            5, State("a", 5, [1]) with { Fold = 4 }, State("b", 5, [2]) with { Fold = 9, Part = 1 },
            State("b", 5, [2]) with { Fold = 6 }));
        Assert.Equal(new StateSummary(3, 4, 9), await _store.SummarizeStatesAsync(1));
        Assert.Equal(default, await _store.SummarizeStatesAsync(0));
    }

    private Task<bool> WriteAsync(int checkpoint, params StateRow[] rows) =>
        _store.WriteStatesAsync(new StateWrite(1, _row.Epoch, rows, _store.Origin + checkpoint));

    private async Task<IReadOnlyList<StateRow>> PinnedAsync() => (await _store.ReadSnapshotAsync(1, fewStates: 0)).Rows;

    private StateRow State(string key, int position, byte[] bytes) =>
        new(key, 0, _store.Origin + position, 1, false, false, bytes);

    private static string Text(StateRow row) => new StringBuilder()
        .Append($"{row.Key} {row.Part} {row.Position} {row.Fold} {row.Pinned} {row.Damaged} ")
        .Append(Convert.ToHexString(row.Bytes)).ToString();
}
