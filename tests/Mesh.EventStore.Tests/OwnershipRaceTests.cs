using System.Diagnostics;
using Mesh.Testing;
using Npgsql;
using static Mesh.EventStore.Tests.Pages;

namespace Mesh.EventStore.Tests;

/// <summary>Statements that meet: what one of them has confirmed, the other has not contradicted.</summary>
public sealed class OwnershipRaceTests
{

    /// <summary>
    /// The owner beats and another takes, each at a random moment. A take that succeeds was under the counter from
    /// before the beat: so the beat came later and must see that the partition is lost.
    /// </summary>
    [Theory]
    [InlineData(true, 10_000)]
    [InlineData(false, 2_000)] // the owner's first beat: there is no row that a take could have locked
    public async Task Take_WhileTheOwnerBeats_EitherFailsOrIsSeenByTheBeat(bool ownerHasARow, int rounds)
    {
        string database = await TestPostgres.NewDatabaseAsync();
        (int Taken, int Kept)[] outcomes = await Task.WhenAll(Enumerable.Range(0, Partitions)
            .Select(n => Task.Run(() => RaceAsync(database, n, ownerHasARow, rounds / Partitions))));
        int taken = outcomes.Sum(o => o.Taken);
        int kept = outcomes.Sum(o => o.Kept);
        Assert.Equal(rounds, taken + kept);
        Assert.True(taken > rounds / 50 && kept > rounds / 50, $"Either may come first: {taken} taken, {kept} kept.");
    }

    /// <summary>
    /// Everything at once, crosswise: a circle of locks would be refused with 40P01 by one of those in it.
    /// </summary>
    [Fact]
    public async Task Everything_AtOnce_NeverWaitsInACircle()
    {
        string database = await TestPostgres.NewDatabaseAsync();
        Guid[] instances = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid())];
        int[][] done = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => Task.Run(() => ActAsync(database, instances, i))));
        int[] sums = [.. Enumerable.Range(0, done[0].Length).Select(k => done.Sum(d => d[k]))];
        Assert.All(sums, s => Assert.True(s > 20, $"Nothing was left out: {string.Join(' ', sums)}"));
    }

    private static async Task<(int Taken, int Kept)> RaceAsync(
        string database, int partition, bool ownerHasARow, int rounds)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using PartitionedStore store = await PartitionedStore.OpenAsync(database, Partitions);
        Random random = new(partition);
        Guid owner = Guid.NewGuid();
        Guid rival = Guid.NewGuid();
        await store.TakeAnewAsync(partition, owner);
        (int taken, int kept) = (0, 0);
        while (taken + kept < rounds)
        {
            if (!ownerHasARow)
            {
                await using NpgsqlCommand delete = source.CreateCommand("delete from instances where instance = $1");
                delete.Parameters.AddWithValue(owner);
                await delete.ExecuteNonQueryAsync();
            }

            Sight before = ownerHasARow ? await store.BeatAsync(owner, "", []) : await store.LookAsync();
            PartitionOwner seen = before.Partitions[partition];
            Assert.Equal(owner, seen.Owner);
            Task<Sight> beating = SoonAsync(random, () => store.BeatAsync(owner, "", []));
            Task<long?> taking =
                SoonAsync(random, () => store.TakeAsync(seen, before.CounterOf(owner), rival));
            PartitionOwner shown = (await beating).Partitions[partition];
            if (await taking is { } epoch)
            {
                Assert.Equal(new PartitionOwner(partition, rival, epoch), shown);
                (owner, rival) = (rival, owner);
                taken++;
            }
            else
            {
                Assert.Equal(seen, shown);
                kept++;
            }
        }

        return (taken, kept);
    }

    // Spinning, not sleeping: a timer's tick is longer than what is raced for.
    private static Task<T> SoonAsync<T>(Random random, Func<Task<T>> act)
    {
        TimeSpan delay = TimeSpan.FromMicroseconds(random.Next(400));
        return Task.Run(() =>
        {
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < delay)
            {
            }

            return act();
        });
    }

    private static async Task<int[]> ActAsync(string database, Guid[] instances, int seed)
    {
        await using PartitionedStore store = await PartitionedStore.OpenAsync(database, Partitions);
        Random random = new(seed);
        int[] done = new int[8];
        for (int i = 0; i < 500; i++)
        {
            Guid self = instances[random.Next(instances.Length)];
            Sight sight = await store.BeatAsync(self, "", []);
            PartitionOwner seen = sight.Partitions[random.Next(Partitions)];
            int act = random.Next(done.Length);
            bool did = act switch
            {
                0 or 1 or 2 => await store.TakeAsync(seen, sight.CounterOf(seen.Owner), self) is not null,
                3 => await store.ReleaseAsync(seen.Partition, seen.Owner ?? self, seen.Epoch),
                4 => await DoneAsync(store.LeaveAsync(self)),
                5 => await DoneAsync(store.ForgetAsync(self, sight.CounterOf(self)!.Value)),
                6 => await store.WriteStatesAsync(new StateWrite(seen.Partition, seen.Epoch, States(i), i)),
                _ => await CommitAllAsync(store),
            };
            done[act] += did ? 1 : 0;
        }

        return done;
    }

    private static StateRow[] States(int position) =>
        [new("b", 0, position, 1, true, false, []), new("a", 0, position, 1, false, false, [])];

    private static async Task<bool> CommitAllAsync(PartitionedStore store)
    {
        List<PageWrite> pages = [];
        for (int n = 0; n < Partitions; n++)
        {
            PartitionRow row = await store.ReadRowAsync(n);
            pages.Add(Page(row, Run(row.Head, 2)));
        }

        return Committed(await store.CommitAsync(pages)).Contains(CommitResult.Written);
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }
}
