using Google.Protobuf;
using Mesh.Cli.Replay;
using Mesh.Cli.Verify;
using Mesh.Contracts;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;
using BoardAudit = Mesh.Contracts.Leaderboard.V1.AuditResponse;
using Kind = Mesh.Contracts.Events.V1.QuestTransition.Types.Kind;
using QuestsAudit = Mesh.Contracts.Quests.V1.AuditResponse;
using RewardsAudit = Mesh.Contracts.Rewards.V1.AuditResponse;
using SessionsAudit = Mesh.Contracts.Sessions.V1.AuditResponse;

namespace Cli.Tests;

/// <summary>Player 1 visited two venues, one of them twice, player 2 one. Each test makes one book wrong.</summary>
public sealed class VerifyTests
{
    private const string Game = "summer";
    private static readonly Guid First = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Second = new("00000000-0000-0000-0000-000000000002");
    private static readonly Guid Third = new("00000000-0000-0000-0000-000000000003");
    private static readonly Guid Fourth = new("00000000-0000-0000-0000-000000000004");

    private readonly ActionLedger _actions = new();
    private readonly QuestsAudit[] _quests =
    [
        new()
        {
            PlayerId = "1",
            Outcomes = { Bytes(First), Bytes(Second), Bytes(Third) },
            Items = { ItemOf("1", "venue/a", 100), ItemOf("1", "venue/b", 200) },
        },
        new() { PlayerId = "2", Outcomes = { Bytes(Fourth) }, Items = { ItemOf("2", "venue/a", 150) } },
    ];

    private readonly RewardsAudit[] _rewards =
    [
        new()
        {
            PlayerId = "1",
            Rewards = { IssuedTo("1", "venue/a", 100), IssuedTo("1", "venue/b", 200) },
            Balances = { new Balance { Currency = "points", Amount = 20 } },
        },
        new()
        {
            PlayerId = "2",
            Rewards = { IssuedTo("2", "venue/a", 150) },
            Balances = { new Balance { Currency = "points", Amount = 10 } },
        },
        new() { PlayerId = "", Balances = { new Balance { Currency = "points", Amount = -30 } } },
    ];

    private readonly SessionsAudit[] _sessions =
    [
        new() { PlayerId = "1", Actions = 3, Sessions = 2 },
        new() { PlayerId = "2", Actions = 1, Sessions = 1 },
    ];

    private readonly BoardAudit[] _board =
    [
        BoardOf("p/1", 2, 20, 200),
        BoardOf("p/2", 1, 10, 150),
    ];

    private readonly HashSet<int> _late = [];

    public VerifyTests()
    {
        (string, Guid)[] accepted = [("1", First), ("1", Second), ("1", Third), ("1", Third), ("2", Fourth)];
        foreach ((string player, Guid id) in accepted)
        {
            _actions.Accept(player, Ids.ToBytes(id));
        }
    }

    [Fact]
    public void Books_ThatAgree_HaveNoDifferences()
    {
        VerifyReport report = Verified();

        Assert.Empty(report.Differences);
        Assert.Equal(
            (4L, 4L, 3L, 3L, 0L, 3L, 2L),
            (report.ActionsAccepted, report.ActionsInQuests, report.ItemsCollected, report.RewardsIssued,
                report.WalletsSum, report.Sessions, report.Players));
        Assert.False(report.LogStartsLate);
    }

    [Fact]
    public void Outcome_Missing_IsNamed()
    {
        _quests[0].Outcomes.RemoveAt(1);

        AssertOne(Verified(), "player 1", Second.ToString(), "no outcome");
    }

    [Fact]
    public void Outcome_Doubled_IsNamed()
    {
        _quests[0].Outcomes.Add(Bytes(First));

        AssertOne(Verified(), "player 1", First.ToString(), "2 outcomes");
    }

    [Fact]
    public void Outcome_OfNoAction_IsNamed()
    {
        Guid fifth = Guid.NewGuid();
        _quests[1].Outcomes.Add(Bytes(fifth));

        AssertOne(Verified(), "player 2", fifth.ToString(), "in no topic");
    }

    [Fact]
    public void Outcome_OfAnActionThatRetentionDeleted_IsNoDifference()
    {
        _quests[1].Outcomes.Add(Bytes(Guid.NewGuid()));
        _sessions[1].Actions = 2;
        _late.Add(Placement.Partition(Placement.Player("demo", "2")));

        VerifyReport report = Verified();

        Assert.Empty(report.Differences);
        Assert.True(report.LogStartsLate);
    }

    [Fact]
    public void Item_Doubled_IsNamed()
    {
        _quests[0].Items.Add(ItemOf("1", "venue/a", 100));

        AssertOne(Verified(), "player 1", "venue/a", "collected twice");
    }

    [Fact]
    public void Item_OfAVersionThatThereIsNot_IsNamed()
    {
        Item item = ItemOf("2", "venue/z", 1);
        item.DefinitionVersion = 9;
        _quests[1].Items.Add(item);

        AssertOne(Verified(), "player 2", "venue/z", "version 9");
    }

    [Fact]
    public void Reward_Missing_IsNamedWithWhatFollows()
    {
        _rewards[1].Rewards.Clear();

        VerifyReport report = Verified();

        Assert.Contains(report.Differences, d => d.Contains("2: venue/a is collected", StringComparison.Ordinal));
        Assert.Contains(report.Differences, d => d.Contains("the wallet holds 10", StringComparison.Ordinal));
        Assert.Contains(report.Differences, d => d.Contains("subject p/2", StringComparison.Ordinal));
    }

    [Fact]
    public void Reward_DoubledInEveryBook_IsStillNamed()
    {
        _rewards[1].Rewards.Add(IssuedTo("2", "venue/a", 150));
        _rewards[1].Balances[0].Amount = 20;
        _rewards[2].Balances[0].Amount = -40;
        _board[1] = BoardOf("p/2", 2, 20, 150);

        AssertOne(Verified(), "player 2", "venue/a", "issued 2 times");
    }

    [Fact]
    public void Reward_WithoutAnItem_IsNamed()
    {
        _quests[1].Items.Clear();

        AssertOne(Verified(), "player 2", "has no item");
    }

    [Fact]
    public void Reward_OfAnotherAmount_IsNamed()
    {
        _rewards[1].Rewards[0].Amount = 11;
        _rewards[1].Balances[0].Amount = 11;
        _rewards[2].Balances[0].Amount = -31;
        _board[1] = BoardOf("p/2", 1, 11, 150);

        AssertOne(Verified(), "player 2", "is 11 points", "rule visit says 10");
    }

    [Fact]
    public void Wallet_ThatIsOff_IsNamedAndTheSumIsNotZero()
    {
        _rewards[0].Balances[0].Amount = 25;

        VerifyReport report = Verified();

        Assert.Equal(5, report.WalletsSum);
        Assert.Equal(2, report.DifferencesCount);
        Assert.Contains("player 1: the wallet holds 25 points, its rewards come to 20", report.Differences);
        Assert.Contains(report.Differences, d => d.Contains("come to 5, not 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Sessions_ThatCountOtherwise_AreNamed()
    {
        _sessions[0].Actions = 2;

        AssertOne(Verified(), "player 1", "Sessions counts 2 actions, 3 were accepted");
    }

    [Theory]
    [InlineData(30, 200, "the points board says 30")]
    [InlineData(20, 199, "reached at")]
    public void Board_ThatDiffers_IsNamed(long score, long reached, string said)
    {
        _board[0].BoardScore = score;
        _board[0].BoardReachedUs = reached;

        AssertOne(Verified(), "p/1", said);
    }

    [Fact]
    public void Board_WithASubjectOfNoReward_IsNamed()
    {
        GameAudit audit = Audited();
        audit.TakeBoard(BoardOf("p/3", 1, 10, 1));

        AssertOne(audit.Compare(), "p/3", "no reward does");
    }

    [Fact]
    public void Differences_MoreThanAHundred_AreCountedAndNotNamed()
    {
        for (int i = 0; i < 150; i++)
        {
            _actions.Accept("1", Ids.ToBytes(Guid.NewGuid()));
        }

        VerifyReport report = Verified();

        Assert.Equal(151, report.DifferencesCount);
        Assert.Equal(100, report.Differences.Count);
    }

    private static void AssertOne(VerifyReport report, params string[] parts)
    {
        string difference = Assert.Single(report.Differences);
        Assert.All(parts, part => Assert.Contains(part, difference, StringComparison.Ordinal));
    }

    private VerifyReport Verified() => Audited().Compare();

    private GameAudit Audited()
    {
        RuleBook rules = new();
        rules.Add(1, ReplayedGame.Define(Game));
        GameAudit audit = new(Game, _actions, rules, _late);
        Array.ForEach(_quests, audit.TakeQuests);
        Array.ForEach(_rewards, audit.TakeRewards);
        Array.ForEach(_sessions, audit.TakeSessions);
        Array.ForEach(_board, audit.TakeBoard);
        return audit;
    }

    private static ByteString Bytes(Guid id) => ByteString.CopyFrom(Ids.ToBytes(id));

    private static Item ItemOf(string player, string step, long effectiveUs) => new()
    {
        QuestId = "venues", Subject = $"p/{player}", StepKey = step, Kind = Kind.Step, DefinitionVersion = 1,
        EffectiveUs = effectiveUs,
    };

    private static Issued IssuedTo(string player, string step, long reachedUs) => new()
    {
        RewardId = Bytes(Ids.Reward("demo", Game, "venues", $"p/{player}", step, player, "visit")),
        Currency = "points",
        Amount = 10,
        ReachedUs = reachedUs,
    };

    private static BoardAudit BoardOf(string subject, ulong rewards, long score, long reachedUs) => new()
    {
        Subject = subject,
        Currency = "points",
        Rewards = rewards,
        LogScore = score,
        BoardScore = score,
        LogReachedUs = reachedUs,
        BoardReachedUs = reachedUs,
    };
}
