using FsCheck;
using FsCheck.Fluent;
using Mesh.Leaderboard.Core.Boards;

namespace Mesh.Leaderboard.Core.Tests.Boards;

/// <summary>The board against a sorted list. Few amounts and times, so that ties are frequent.</summary>
public sealed class BoardProperties
{
    private static readonly Arbitrary<(string Subject, long Amount, long At)[]> AnyAdditions = (
        from subject in Gen.Choose(0, 40)
        from amount in Gen.Choose(-2, 4)
        from at in Gen.Choose(0, 5)
        select ($"p/{subject}", (long)amount, (long)at)).ArrayOf().ToArbitrary();

    private static readonly Arbitrary<int> Any = Gen.Choose(0, 50).ToArbitrary();

    [Fact]
    public void Board_AfterEveryAddition_IsTheSortedList() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyAdditions, additions =>
        {
            var board = new Board();
            return Enumerable.Range(0, additions.Length).All(i =>
            {
                board.Add(additions[i].Subject, additions[i].Amount, additions[i].At);
                BoardEntry[] wanted = Oracle(additions[..(i + 1)]);
                return board.Count == wanted.Length
                    && board.Top(int.MaxValue).SequenceEqual(wanted)
                    && wanted.All(entry => board.RankOf(entry.Subject) == entry);
            });
        }));

    [Fact]
    public void Pages_AreSlicesOfTheSortedList() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyAdditions, Any, Any, (additions, from, count) =>
            Filled(additions).Page(from + 1, count).SequenceEqual(Oracle(additions).Skip(from).Take(count))));

    [Fact]
    public void Around_IsASliceOfTheSortedList() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyAdditions, Any, Any, (additions, above, below) =>
        {
            Board board = Filled(additions);
            BoardEntry[] all = Oracle(additions);
            return all.All(entry => board.Around(entry.Subject, above, below)
                .SequenceEqual(all.Where(one => one.Rank >= entry.Rank - above && one.Rank <= entry.Rank + below)));
        }));

    [Fact]
    public void Additions_InAnyOrder_GiveTheSameBoard() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyAdditions, Any, (additions, seed) =>
        {
            (string, long, long)[] shuffled = [.. additions];
            new Random(seed).Shuffle(shuffled);
            return Filled(shuffled).Top(100).SequenceEqual(Filled(additions).Top(100));
        }));

    [Fact]
    public void Board_WithSubjectsRemovedAndSet_IsTheSortedList() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyAdditions, AnyAdditions, Any, (before, after, kept) =>
        {
            Board board = Filled(before);
            Dictionary<string, (long, long)> wanted = board.Top(int.MaxValue)
                .ToDictionary(entry => entry.Subject, entry => (entry.Score, entry.ReachedUs));
            bool told = true;
            foreach (string subject in before.Select(one => one.Subject).Where(one => (one[^1] + kept) % 3 == 0))
            {
                told &= board.Remove(subject) == wanted.Remove(subject);
            }

            foreach ((string subject, long score, long at) in after)
            {
                bool same = wanted.TryGetValue(subject, out (long, long) had) && had == (score, at);
                told &= board.Set(subject, score, at) == !same;
                wanted[subject] = (score, at);
            }

            BoardEntry[] all = Oracle(wanted.Select(one => (one.Key, one.Value.Item1, one.Value.Item2)));
            return told && board.Count == all.Length
                && board.Top(int.MaxValue).SequenceEqual(all)
                && all.All(entry => board.RankOf(entry.Subject) == entry);
        }));

    [Fact]
    public void LargeBoard_IsTheSortedList()
    {
        var random = new Random(5);
        (string, long, long)[] additions =
            [.. Enumerable.Range(0, 60_000)
                .Select(_ => ($"p/{random.Next(20_000)}", random.NextInt64(100), random.NextInt64(9)))];

        Board board = Filled(additions);

        Assert.Equal(Oracle(additions), board.Top(int.MaxValue));
        Assert.All(board.Top(int.MaxValue), entry => Assert.Equal(entry, board.RankOf(entry.Subject)));
    }

    [Fact]
    public void WatchChanges_AppliedToTheSnapshot_GiveTheTop() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyAdditions, Gen.Choose(0, 12).ToArbitrary(), (additions, limit) =>
        {
            var board = new Board();
            TopChange change = TopWatch.Compare([], board, limit);
            var watched = new Dictionary<string, BoardEntry>();
            return additions.All(addition =>
            {
                board.Add(addition.Subject, addition.Amount, addition.At);
                change = TopWatch.Compare(change.Top, board, limit);
                bool leftWereThere = change.Left.All(watched.Remove);
                bool changedDiffer = change.Changed.All(one => !watched.ContainsValue(one));
                foreach (BoardEntry entry in change.Changed)
                {
                    watched[entry.Subject] = entry;
                }

                return leftWereThere && changedDiffer
                    && watched.Values.OrderBy(one => one.Rank).SequenceEqual(board.Top(limit));
            });
        }));

    private static Board Filled(IEnumerable<(string Subject, long Amount, long At)> additions)
    {
        var board = new Board();
        foreach ((string subject, long amount, long at) in additions)
        {
            board.Add(subject, amount, at);
        }

        return board;
    }

    private static BoardEntry[] Oracle(IEnumerable<(string Subject, long Amount, long At)> additions) =>
    [
        .. additions.GroupBy(one => one.Subject)
            .Select(group => (Subject: group.Key, Score: group.Sum(one => one.Amount), At: group.Max(one => one.At)))
            .OrderByDescending(one => one.Score).ThenBy(one => one.At)
            .ThenBy(one => one.Subject, StringComparer.Ordinal)
            .Select((one, i) => new BoardEntry(i + 1, one.Subject, one.Score, one.At)),
    ];
}
