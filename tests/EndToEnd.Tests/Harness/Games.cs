using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;

namespace EndToEnd.Tests.Harness;

/// <summary>The games that tests play: ten points for each venue.</summary>
internal static class Games
{
    /// <summary>Points for a venue.</summary>
    internal const long Points = 10;

    /// <summary>A definition; the clock is the phone's.</summary>
    internal static GameDefinition Define(string slug) => new()
    {
        Slug = slug,
        Title = slug,
        ClockPolicy = GameDefinition.Types.ClockPolicy.Trust,
        Quests =
        {
            new QuestDefinition { QuestId = "venues", Title = "Venues", ScavengerHunt = new ScavengerHunt() },
        },
        Rules =
        {
            new RewardRule
            {
                RuleId = "visit",
                QuestId = "venues",
                On = QuestTransition.Types.Kind.Step,
                Currency = "points",
                Amount = Points,
            },
        },
        Scales = { ["points"] = 0 },
    };

    /// <summary>A new game of its own name, which begins with the given one.</summary>
    internal static async Task<string> NewAsync(this Services services, string prefix)
    {
        string slug = $"{prefix}-{Guid.NewGuid():N}";
        Game game = await services.Quests.CreateGameAsync(Define(slug));
        Assert.Equal((slug, 1UL), (game.GameId, game.Version));
        return slug;
    }
}
