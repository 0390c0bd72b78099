using FsCheck;
using FsCheck.Fluent;
using Mesh.Remembered;
using Mesh.Sessions.Core.Windows;

namespace Mesh.Sessions.Core.Tests.Windows;

/// <summary>
/// What holds for every sequence of actions. Times are in steps of 300 s, so that gaps of exactly 1,800 s, equal times
/// and merges are frequent.
/// </summary>
public sealed class SessionProperties
{
    private static readonly Arbitrary<(int, long)[]> AnyActions = Gen.Choose(0, 200).ArrayOf()
        .Select(times => times.Select((time, i) => (i, time * 300L)).ToArray()).ToArbitrary();

    private static readonly Arbitrary<int> AnySeed = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void Sessions_InAnyOrder_AreThoseOfTheSortedTimes() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, AnySeed, (actions, seed) =>
        {
            var wanted = Oracle([.. actions.Select(one => one.Item2)]);
            (int, long)[] shuffled = [.. actions];
            new Random(seed).Shuffle(shuffled);
            return Windows(new Player().Given(actions)).SequenceEqual(wanted)
                && Windows(new Player().Given(shuffled)).SequenceEqual(wanted)
                && Windows(new Player().Given([.. actions.Reverse()])).SequenceEqual(wanted);
        }));

    [Fact]
    public void Repeats_Anywhere_ChangeNothing() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, AnySeed, (actions, seed) =>
        {
            var random = new Random(seed);
            var repeated = new List<(int, long)>(actions);
            foreach ((int, long) action in actions)
            {
                repeated.Insert(random.Next(repeated.IndexOf(action) + 1, repeated.Count + 1), action);
            }

            return new Player().Given([.. repeated]).Log.SequenceEqual(new Player().Given(actions).Log);
        }));

    [Fact]
    public void EveryAction_LeavesOneEvent_AndOneMoreForAnAbsorbedSession() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, actions =>
        {
            Player player = new Player().Given(actions);
            return player.Log.Where(one => one is not SessionEvent.MergedInto).Select(one => one.ActionId)
                .SequenceEqual(actions.Select(one => Player.Id(one.Item1)));
        }));

    [Fact]
    public void OpenedLessMerged_AreTheSessionsThereAre() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, actions =>
        {
            Player player = new Player().Given(actions);
            var opened = player.Log.OfType<SessionEvent.Opened>().Select(one => one.Session.Id).ToList();
            var merged = player.Log.OfType<SessionEvent.MergedInto>().Select(one => one.Session.Id).ToList();
            return opened.Distinct().Count() == opened.Count
                && opened.Except(merged).Order().SequenceEqual(player.State.Sessions.Select(one => one.Id).Order());
        }));

    [Fact]
    public void AnotherOwner_FoldingTheLog_HasTheSameState() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, actions =>
        {
            Player player = new Player().Given(actions);
            var folded = new PlayerSessions();
            player.Log.ForEach(folded.Evolve);
            return folded.Sessions.SequenceEqual(player.State.Sessions)
                && folded.Actions == actions.Length
                && actions.All(one => folded.HasSeen(Player.Id(one.Item1)));
        }));

    [Fact]
    public void RememberedIds_OfAnyNumbers_AnswerLikeASet() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 60).ArrayOf().ToArbitrary(), numbers =>
        {
            var ids = new RememberedIds();
            Array.ForEach(numbers, number => ids.Add(Player.Id(number)));
            return ids.Count == numbers.Distinct().Count()
                && Enumerable.Range(0, 61).All(number => ids.Contains(Player.Id(number)) == numbers.Contains(number));
        }));

    [Fact]
    public void RememberedIds_OfManyNumbers_HoldsThemAllAndNoOthers()
    {
        var ids = new RememberedIds();
        for (int i = 0; i < 20_000; i += 2)
        {
            ids.Add(Player.Id(i));
        }

        Assert.Equal(10_000, ids.Count);
        Assert.All(Enumerable.Range(0, 20_000), i => Assert.Equal(i % 2 == 0, ids.Contains(Player.Id(i))));
    }

    private static IEnumerable<(long, long, uint)> Windows(Player player) =>
        player.State.Sessions.Select(one => (one.FirstUs, one.LastUs, one.Actions));

    // Sort the times; a gap of 1,800 s or more begins a session.
    private static List<(long, long, uint)> Oracle(long[] times)
    {
        var sessions = new List<(long First, long Last, uint Actions)>();
        foreach (long at in times.Order().Select(time => time * Player.Second))
        {
            if (sessions.Count > 0 && at - sessions[^1].Last < 1_800 * Player.Second)
            {
                sessions[^1] = (sessions[^1].First, at, sessions[^1].Actions + 1);
            }
            else
            {
                sessions.Add((at, at, 1));
            }
        }

        return sessions;
    }
}
