using Mesh.Testing;
using Npgsql;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

public sealed class OwnershipTests : IAsyncLifetime
{
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _other = Guid.NewGuid();
    private PartitionedStore _store = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        _store = await PartitionedStore.OpenAsync(_database, Partitions);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Look_AtANewStore_SeesFreePartitionsAndNobody()
    {
        Sight sight = await _store.LookAsync();
        Assert.Empty(sight.Instances);
        Assert.Equal(
            Enumerable.Range(0, Partitions).Select(n => new PartitionOwner(n, null, 0)), sight.Partitions);
    }

    [Fact]
    public async Task Beat_EachTime_RaisesTheCounterAndReplacesTheRest()
    {
        Sight first = await _store.BeatAsync(_one, "here:1", [1.5f, 0]);
        InstanceRow row = Assert.Single(first.Instances);
        Assert.Equal((_one, "here:1", 1L), (row.Instance, row.Address, row.Counter));
        Assert.Equal([1.5f, 0], row.Rates);

        await _store.BeatAsync(_other, "there:1", []);
        Sight second = await _store.BeatAsync(_one, "here:2", [2]);
        Assert.Equal(2, second.CounterOf(_one));
        Assert.Equal(1, second.CounterOf(_other));
        Assert.Equal("here:2", second.Instances.Single(i => i.Instance == _one).Address);
        Assert.Equal([2], second.Instances.Single(i => i.Instance == _one).Rates);
        Assert.Equal(Partitions, second.Partitions.Count);
    }

    [Fact]
    public async Task Beat_FirstOnesAtOnce_AllCount()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _store.BeatAsync(i % 2 == 0 ? _one : _other, "", [])));
        Sight sight = await _store.LookAsync();
        Assert.Equal((10L, 10L), (sight.CounterOf(_one), sight.CounterOf(_other)));
    }

    [Fact]
    public async Task Beat_RatesOfAllPartitionsThereCanBe_FitInTheRow()
    {
        float[] rates = [.. Enumerable.Range(0, Limits.Partitions).Select(i => i + 0.25f)];
        await _store.BeatAsync(_one, "", rates);
        Assert.Equal(rates, Assert.Single((await _store.BeatAsync(_one, "", rates)).Instances).Rates);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _store.BeatAsync(_one, "", [.. rates, 1]));
    }

    [Fact]
    public async Task Beat_WhileTheOnlyOtherConnectionIsBusy_IsNotDelayed()
    {
        await using PartitionedStore narrow =
            await PartitionedStore.OpenAsync(_database + ";Maximum Pool Size=1;Minimum Pool Size=0", Partitions);
        PartitionRow row = await narrow.TakeAnewAsync(0);
        await using RowLock held = await RowLock.OnPartitionAsync(_database, 0);
        Task<CommitAnswer> waiting = narrow.CommitAsync([Page(row, Run(row.Head, 1))]);
        await held.WaitForBlockedAsync();

        await narrow.BeatAsync(_one, "", []);
        Assert.Equal(2, (await narrow.BeatAsync(_one, "", [])).CounterOf(_one));
        Assert.False(waiting.IsCompleted);
        await held.EndAsync();
        Assert.Equal([CommitResult.Written], Committed(await waiting));
    }

    [Fact]
    public async Task Beat_UnlikeCommits_WaitsForNoFlush()
    {
        await RunAsync(
            _database,
            """
            create table seen (what text, setting text);
            create function note() returns trigger language plpgsql as $$ begin
                insert into seen values (tg_table_name, current_setting('synchronous_commit')); return new; end $$;
            create trigger note before insert or update on instances for each row execute function note();
            create trigger note before insert on pages for each row execute function note();
            """);
        await _store.BeatAsync(_one, "", []);
        await _store.BeatAsync(_one, "", []);
        PartitionRow row = await _store.TakeAnewAsync(0);
        Assert.True(await _store.WriteAsync(Page(row, Run(row.Head, 1))));
        Assert.Equal(
            "instances off, pages on",
            await ScalarAsync<string>(
                _database, "select string_agg(distinct what || ' ' || setting, ', ') from seen"));
    }

    [Fact]
    public async Task Take_Free_NamesTheOwnerAndRaisesTheEpoch()
    {
        Assert.Equal(1, await _store.TakeAsync(new PartitionOwner(2, null, 0), null, _one));
        Assert.Equal(new PartitionOwner(2, _one, 1), (await _store.LookAsync()).Partitions[2]);
        Assert.Equal(1, (await _store.ReadRowAsync(2)).Epoch);
        Assert.Equal(0, (await _store.ReadRowAsync(1)).Epoch);
    }

    [Fact]
    public async Task Take_NotAsItWasSeen_TakesNothing()
    {
        await _store.BeatAsync(_other, "", []);
        PartitionOwner owned = await OwnedAsync(0, _other);
        PartitionOwner now = owned with { Epoch = owned.Epoch + 1 };
        Assert.Null(await _store.TakeAsync(new PartitionOwner(0, null, owned.Epoch), null, _one));
        Assert.Null(await _store.TakeAsync(owned with { Epoch = owned.Epoch - 1 }, 1, _one));
        Assert.Null(await _store.TakeAsync(owned with { Epoch = owned.Epoch + 1 }, 1, _one));
        Assert.Null(await _store.TakeAsync(owned with { Owner = _one }, 1, _one));
        Assert.Null(await _store.TakeAsync(new PartitionOwner(Partitions, null, 0), null, _one));
        Assert.Equal(owned, (await _store.LookAsync()).Partitions[0]);
        Assert.Equal(now.Epoch, await _store.TakeAsync(owned, 1, _one));
    }

    [Fact]
    public async Task Take_FromAnother_OnlyWhileItsCounterStandsStill()
    {
        await _store.BeatAsync(_other, "", []);
        PartitionOwner seen = await OwnedAsync(0, _other);
        await _store.BeatAsync(_other, "", []);
        Assert.Null(await _store.TakeAsync(seen, 1, _one));
        Assert.Null(await _store.TakeAsync(seen, 3, _one));
        Assert.Null(await _store.TakeAsync(seen, null, _one));
        Assert.Equal(seen.Epoch + 1, await _store.TakeAsync(seen, 2, _one));
    }

    [Fact]
    public async Task Take_FromOneWithoutARow_OnlyIfNoneWasSeen()
    {
        PartitionOwner seen = await OwnedAsync(0, _other);
        Assert.Null(await _store.TakeAsync(seen, 1, _one));
        Assert.Equal(seen.Epoch + 1, await _store.TakeAsync(seen, null, _one));
    }

    [Fact]
    public async Task Take_FromOneself_AsksForNoCounter()
    {
        await _store.BeatAsync(_one, "", []);
        PartitionOwner seen = await OwnedAsync(0, _one);
        Assert.Equal(seen.Epoch + 1, await _store.TakeAsync(seen, null, _one));
        Assert.Equal(seen.Epoch + 2, await _store.TakeAsync(seen with { Epoch = seen.Epoch + 1 }, 77, _one));
        Assert.Null(await _store.TakeAsync(seen, 1, _one));
    }

    [Fact]
    public async Task Take_ManyAtOnce_OneGetsIt()
    {
        await _store.BeatAsync(_other, "", []);
        PartitionOwner seen = await OwnedAsync(0, _other);
        long?[] epochs = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => _store.TakeAsync(seen, 1, Guid.NewGuid())));
        Assert.Equal(seen.Epoch + 1, Assert.Single(epochs, e => e is not null));
        Assert.Equal(seen.Epoch + 1, (await _store.ReadRowAsync(0)).Epoch);
    }

    [Fact]
    public async Task Release_ByItsOwner_FreesAndKeepsTheEpoch()
    {
        PartitionOwner owned = await OwnedAsync(1, _one);
        Assert.False(await _store.ReleaseAsync(1, _other, owned.Epoch));
        Assert.False(await _store.ReleaseAsync(1, _one, owned.Epoch - 1));
        Assert.False(await _store.ReleaseAsync(2, _one, owned.Epoch));
        Assert.Equal(owned, (await _store.LookAsync()).Partitions[1]);
        Assert.True(await _store.ReleaseAsync(1, _one, owned.Epoch));
        Assert.Equal(owned with { Owner = null }, (await _store.LookAsync()).Partitions[1]);
        Assert.False(await _store.ReleaseAsync(1, _one, owned.Epoch));
        Assert.Equal(owned.Epoch + 1, await _store.TakeAsync(owned with { Owner = null }, null, _other));
    }

    [Fact]
    public async Task Leave_FreesAllOfItsOwnAndNothingElse()
    {
        await _store.BeatAsync(_one, "", []);
        await _store.BeatAsync(_other, "", []);
        await OwnedAsync(0, _one);
        PartitionOwner kept = await OwnedAsync(1, _other);
        await OwnedAsync(3, _one);
        await _store.LeaveAsync(_one);
        Sight sight = await _store.LookAsync();
        Assert.Equal(_other, Assert.Single(sight.Instances).Instance);
        Assert.Equal([new(0, null, 1), kept, new(2, null, 0), new(3, null, 1)], sight.Partitions);
    }

    [Fact]
    public async Task Leave_Interrupted_ChangesNothing()
    {
        await _store.BeatAsync(_one, "", []);
        PartitionOwner owned = await OwnedAsync(0, _one);
        await using RowLock held = await RowLock.OnPartitionAsync(_database, 0);
        Task leaving = _store.LeaveAsync(_one);
        Assert.Equal(1, await held.TerminateBlockedAsync());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => leaving);
        await held.EndAsync();
        Sight sight = await _store.LookAsync();
        Assert.Equal(1, sight.CounterOf(_one));
        Assert.Equal(owned, sight.Partitions[0]);
    }

    [Fact]
    public async Task Forget_StillAndOwningNothing_IsGone()
    {
        await _store.BeatAsync(_one, "", []);
        await _store.BeatAsync(_one, "", []);
        await _store.BeatAsync(_other, "", []);
        PartitionOwner owned = await OwnedAsync(0, _one);
        await _store.ForgetAsync(_one, 2);
        Assert.Equal(2, (await _store.LookAsync()).CounterOf(_one));
        Assert.True(await _store.ReleaseAsync(0, _one, owned.Epoch));
        await _store.ForgetAsync(_one, 1);
        Assert.Equal(2, (await _store.LookAsync()).CounterOf(_one));
        await _store.ForgetAsync(_one, 2);
        Assert.Equal(_other, Assert.Single((await _store.LookAsync()).Instances).Instance);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Partitions)]
    public async Task ReadRow_NoSuchPartition_IsRefused(int partition) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _store.ReadRowAsync(partition));

    private async Task<PartitionOwner> OwnedAsync(int partition, Guid owner) =>
        new(partition, owner, (await _store.TakeAnewAsync(partition, owner)).Epoch);
}
