using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Leaderboard.Core.Boards;
using Mesh.States.Tests;

namespace Mesh.Leaderboard.Tests;

public sealed class SavedStatesTests
{
    private const int Rewards = 300;
    private static readonly BoardId City = new("demo", "city", "points");

    [Fact]
    public void History_SavedAndLoadedAnywhere_ShowsTheSameBoards() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            BoardsView whole = new();
            BoardsView saved = new();
            Rig one = new(new LeaderboardProcessor(0, whole));
            Rig first = new(new LeaderboardProcessor(0, saved));
            one.Processor.Started(null);
            first.Processor.Started(null);
            int checkpoint = random.Next(Rewards);
            for (int i = 0; i < Rewards; i++)
            {
                byte[] reward = AnyReward(random);
                Commit(one, reward, i);
                Commit(first, reward, i);
                if (i == checkpoint)
                {
                    Array.ForEach(StreamsOf(first), first.Save);
                    Array.ForEach(StreamsOf(first), first.AssertSavedTwiceIsTheSame);
                }
            }

            // Another owner: states as they were saved, then the rest of the log.
            LeaderboardProcessor second = new(0, saved);
            Array.ForEach(
                [.. StreamsOf(first).Where(stream => first.RowsOf(stream).Parts.Count > 0)],
                stream => second.Load(stream, first.RowsOf(stream).Parts));
            first.Stored.Skip(checkpoint + 1).ToList().ForEach(stored =>
            {
                second.Fold(stored);
                second.Committed(stored);
            });
            second.Started(first.Processor);

            Assert.Equal(All(whole), All(saved));
            Assert.Equal(Rewards, saved.Shown[0]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Boards_ShowWhatIsCommitted_FromTheMomentItServes()
    {
        BoardsView boards = new();
        Rig rig = new(new LeaderboardProcessor(0, boards));
        StoredEvent folded = new(
            1, Placement.Player("demo", "1"), EventNames.RewardIssued, Reward("1", 5), [], null, 0);
        rig.Processor.Fold(folded);
        rig.Processor.Committed(folded);
        Assert.Equal(0, boards.Find(City).Count);

        rig.Processor.Started(null);
        Assert.Equal([new BoardEntry(1, "p/1", 5, 7)], boards.Find(City).Top(9));

        rig.Process(Reward("1", 6), 1);
        Assert.Equal(5, boards.Find(City).Top(1)[0].Score);
        rig.Processor.Committed(rig.Stored[^1]);
        Assert.Equal(11, boards.Find(City).Top(1)[0].Score);
        Assert.Equal(2, boards.Shown[0]);
    }

    [Fact]
    public void Boards_OfAProcessorThatIsReplaced_ShowTheOneThatReplacesIt()
    {
        BoardsView boards = new();
        Rig other = new(new LeaderboardProcessor(1, boards));
        Rig before = new(new LeaderboardProcessor(0, boards));
        Rig after = new(new LeaderboardProcessor(0, boards));
        other.Processor.Started(null);
        before.Processor.Started(null);
        Commit(other, Reward("9", 1), 1);
        Commit(before, Reward("1", 5), 1);
        Commit(before, Reward("2", 6), 2);
        Task changed = boards.NextChange(City);

        // It never saw the second player, and knows a third one. It replaces whatever is shown, named or not.
        foreach ((string player, long amount) in ((string, long)[])[("1", 4), ("3", 2)])
        {
            StoredEvent stored = new(
                1, Placement.Player("demo", player), EventNames.RewardIssued, Reward(player, amount), [], null, 0);
            after.Processor.Fold(stored);
        }

        Assert.False(changed.IsCompleted);
        after.Processor.Started(null);

        Assert.True(changed.IsCompleted);
        Assert.Equal(
            [("p/1", 4L), ("p/3", 2L), ("p/9", 1L)],
            boards.Find(City).Top(9).Select(entry => (entry.Subject, entry.Score)));
        Assert.Equal([2, 1], boards.Shown.Take(2));
    }

    private static void Commit(Rig rig, byte[] reward, int offset)
    {
        rig.Process(reward, offset);
        rig.Processor.Committed(rig.Stored[^1]);
    }

    private static string[] StreamsOf(Rig rig) => [.. rig.Stored.Select(stored => stored.Stream).Distinct()];

    private static (string, BoardEntry)[] All(BoardsView boards) =>
    [
        .. ((string[])["city", "town"]).SelectMany(game => boards.Of("demo", game)
            .OrderBy(one => one.Currency, StringComparer.Ordinal)
            .SelectMany(one => one.Board.Top(int.MaxValue).Select(entry => ($"{game}/{one.Currency}", entry)))),
    ];

    private static byte[] AnyReward(Random random) => new RewardIssued
    {
        Tenant = "demo",
        GameId = random.Next(2) == 0 ? "city" : "town",
        PlayerId = $"{random.Next(20)}",
        Currency = random.Next(2) == 0 ? "points" : "coins",
        Amount = random.Next(1, 50),
        ReachedUs = random.Next(),
    }.ToByteArray();

    private static byte[] Reward(string player, long amount) => new RewardIssued
    {
        Tenant = "demo",
        GameId = "city",
        PlayerId = player,
        Currency = "points",
        Amount = amount,
        ReachedUs = 7,
    }.ToByteArray();
}
