using Mesh.Rewards.Core.Issuing;

namespace Mesh.Rewards.Core.Tests.Issuing;

public sealed class GameRulesTests
{
    private static readonly RewardRule Step = new("step", "hunt", TransitionKind.Step, "points", 10);
    private static readonly RewardRule Bonus = new("bonus", "hunt", TransitionKind.Step, "coins", 1);
    private static readonly RewardRule Done = new("done", "hunt", TransitionKind.Completed, "points", 100);
    private static readonly RewardRule Other = new("other", "race", TransitionKind.Step, "points", 5);

    [Fact]
    public void Rules_OfATransition_AreThoseOfItsQuestAndKind_InOrder()
    {
        var rules = new GameRules(3, [Step, Done, Other, Bonus]);

        Assert.Equal(3U, rules.Version);
        Assert.Equal([Step, Bonus], rules.For("hunt", TransitionKind.Step).ToArray());
        Assert.Equal([Done], rules.For("hunt", TransitionKind.Completed).ToArray());
        Assert.Equal([Other], rules.For("race", TransitionKind.Step).ToArray());
    }

    [Fact]
    public void Rules_OfATransitionThatPaysNothing_AreNone()
    {
        var rules = new GameRules(3, [Step]);

        Assert.True(rules.For("race", TransitionKind.Step).IsEmpty);
        Assert.True(rules.For("hunt", TransitionKind.Completed).IsEmpty);
        Assert.True(rules.For("hunt", (TransitionKind)6).IsEmpty);
        Assert.True(rules.For("", TransitionKind.Step).IsEmpty);
    }
}
