using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Tests.Catalog;

public sealed class GameDefinitionTests
{
    [Fact]
    public void Definition_MadeTwiceOfTheSame_IsEqual()
    {
        GameDefinition one = Games.Hunt(2, "a", "b");
        GameDefinition other = Games.Hunt(2, "a", "b");

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    public static TheoryData<GameDefinition> Different() =>
    [
        Games.Hunt(1, "a", "b"),
        Games.Hunt(2, "b", "a"),
        Games.Hunt(2, "a", "b", "c"),
        Games.Hunt(2, "a", "b") with { Slug = "town" },
        Games.Hunt(2, "a", "b") with { Title = "Town" },
        Games.Hunt(2, "a", "b") with { ClockPolicy = ClockPolicy.Server },
        Games.Hunt(2, "a", "b") with { Rules = [] },
        Games.Hunt(2, "a", "b") with { Rules = [new RewardRule("points", "hunt", TransitionKind.Step, "points", 11)] },
        Games.Hunt(2, "a", "b") with { Scales = new Dictionary<string, uint> { ["points"] = 1 } },
        Games.Hunt(2, "a", "b") with { Scales = new Dictionary<string, uint> { ["coins"] = 0 } },
        Games.Hunt(2, "a", "b") with { Scales = new Dictionary<string, uint>() },
        Games.Of(new QuestDefinition("hunt", "Another", new QuestType.ScavengerHunt(["a", "b"], 2))),
    ];

    [Theory]
    [MemberData(nameof(Different))]
    public void Definition_DifferingAnywhere_IsNotEqual(GameDefinition other) =>
        Assert.NotEqual(Games.Hunt(2, "a", "b"), other);
}
