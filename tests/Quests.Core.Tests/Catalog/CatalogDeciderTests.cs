using Mesh.Quests.Core.Catalog;

namespace Mesh.Quests.Core.Tests.Catalog;

public sealed class CatalogDeciderTests
{
    private static readonly GameDefinition One = Games.Hunt(1, "a");
    private static readonly GameDefinition Two = Games.Hunt(2, "a", "b");
    private static readonly GameDefinition Three = Games.Hunt(3, "a", "b", "c");

    [Fact]
    public void CreateGame_WithAFreeSlug_PublishesVersionOne()
    {
        CatalogDecision decision = CatalogDecider.Decide(new CatalogCommand.CreateGame(One), new GameState());

        var published = Assert.IsType<CatalogDecision.Published>(decision);
        Assert.Equal(new CatalogEvent.GamePublished(1, One), published.Event);
    }

    [Fact]
    public void CreateGame_AgainWithTheSameContents_IsAlreadyDone()
    {
        CatalogDecision decision = CatalogDecider.Decide(
            new CatalogCommand.CreateGame(Games.Hunt(1, "a")), Given(One));

        Assert.Equal(new CatalogDecision.AlreadyDone(1, One), decision);
    }

    [Fact]
    public void CreateGame_RetriedAfterANewVersion_AnswersTheCurrentGame() =>
        Assert.Equal(
            new CatalogDecision.AlreadyDone(2, Two),
            CatalogDecider.Decide(new CatalogCommand.CreateGame(One), Given(One, Two)));

    [Fact]
    public void CreateGame_WithOtherContents_IsRefused() =>
        AssertRefused("GAME_EXISTS", "slug", CatalogDecider.Decide(new CatalogCommand.CreateGame(Two), Given(One)));

    [Fact]
    public void CreateGame_ThatContradictsItself_IsRefusedWithEveryProblem()
    {
        GameDefinition bad = Games.Hunt(3, "a", "a");

        CatalogDecision decision = CatalogDecider.Decide(new CatalogCommand.CreateGame(bad), new GameState());

        AssertRefused("DEFINITION_INVALID", "quests[0].scavenger_hunt.venue_ids[1]", decision);
        Assert.Equal(2, ((CatalogDecision.Refused)decision).Problems.Count);
    }

    [Fact]
    public void PutGame_ExpectingTheNewestVersion_PublishesTheNext()
    {
        CatalogDecision decision = CatalogDecider.Decide(new CatalogCommand.PutGame(Three, 2), Given(One, Two));

        Assert.Equal(
            new CatalogDecision.Published(new CatalogEvent.GamePublished(3, Three)), decision);
    }

    [Fact]
    public void PutGame_ExpectingNoneOfAFreeSlug_PublishesVersionOne() =>
        Assert.Equal(
            new CatalogDecision.Published(new CatalogEvent.GamePublished(1, One)),
            CatalogDecider.Decide(new CatalogCommand.PutGame(One, 0), new GameState()));

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(3UL)]
    [InlineData(ulong.MaxValue)]
    public void PutGame_ExpectingAnotherVersion_IsRefused(ulong expected) =>
        AssertRefused(
            "VERSION_CONFLICT",
            "expected_version",
            CatalogDecider.Decide(new CatalogCommand.PutGame(Three, expected), Given(One, Two)));

    [Fact]
    public void PutGame_Retried_IsAlreadyDone()
    {
        Assert.Equal(
            new CatalogDecision.AlreadyDone(2, Two),
            CatalogDecider.Decide(new CatalogCommand.PutGame(Two, 1), Given(One, Two)));
        Assert.Equal(
            new CatalogDecision.AlreadyDone(3, Three),
            CatalogDecider.Decide(new CatalogCommand.PutGame(Two, 1), Given(One, Two, Three)));
    }

    [Fact]
    public void GameState_FoldingAVersionAgainOrLate_EndsTheSame()
    {
        var state = new GameState();
        state.Evolve(new CatalogEvent.GamePublished(2, Two));
        Assert.Null(state.At(1));
        state.Evolve(new CatalogEvent.GamePublished(1, One));
        state.Evolve(new CatalogEvent.GamePublished(2, Two));

        Assert.Equal(2UL, state.Version);
        Assert.Equal([null, One, Two, null], new uint[] { 0, 1, 2, 3 }.Select(state.Versions));
    }

    private static GameState Given(params GameDefinition[] versions)
    {
        var state = new GameState();
        for (int i = 0; i < versions.Length; i++)
        {
            state.Evolve(new CatalogEvent.GamePublished((ulong)i + 1, versions[i]));
        }

        return state;
    }

    private static void AssertRefused(string code, string field, CatalogDecision decision)
    {
        var refused = Assert.IsType<CatalogDecision.Refused>(decision);
        Assert.Equal((code, field), (refused.Code, refused.Field));
    }
}
