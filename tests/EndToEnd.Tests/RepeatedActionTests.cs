using EndToEnd.Tests.Harness;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Ingestion.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;
using Kind = Mesh.Contracts.Events.V1.QuestTransition.Types.Kind;

namespace EndToEnd.Tests;

/// <summary>An action id that comes more than once.</summary>
[Collection(SharedMesh.Name)]
public sealed class RepeatedActionTests(MeshFixture fixture)
{
    private readonly RunningMesh _mesh = fixture.Mesh;

    /// <summary>A retry leaves no event of its own.</summary>
    [Fact]
    public async Task Action_SentTwice_HasOneOutcomeAndOneReward()
    {
        string game = await _mesh.Services.NewAsync("retry");
        string player = $"retry-{Guid.NewGuid():N}";
        Action action = Actions.CheckIn(game, player, "cafe");
        await SubmitAsync(action);
        await SubmitAsync(action);

        // Actions of a player keep their order: when the last one counts, the second has been judged.
        await SubmitAsync(Actions.CheckIn(game, player, "park"));
        await _mesh.Services.ScoreAsync(game, player, 2 * Games.Points);

        List<QuestTransition> transitions = await _mesh.Stores.TransitionsAsync(player);
        Assert.Equal(["venue/cafe", "venue/park"], transitions.Select(one => one.StepKey));
        Assert.All(transitions, one => Assert.Equal((Kind.Step, true), (one.Kind, one.Outcome)));
        await CheckBooksAsync(game);
    }

    /// <summary>The same id for something else is noted, once, and earns nothing.</summary>
    [Fact]
    public async Task Action_SameIdForAnotherVenue_IsNotedAndEarnsNothing()
    {
        string game = await _mesh.Services.NewAsync("reuse");
        string player = $"reuse-{Guid.NewGuid():N}";
        Action action = Actions.CheckIn(game, player, "cafe");
        Action reused = action.Clone();
        reused.CheckIn.VenueId = "zoo";
        await SubmitAsync(action);
        await SubmitAsync(reused);
        await SubmitAsync(reused);
        await SubmitAsync(Actions.CheckIn(game, player, "park"));
        await _mesh.Services.ScoreAsync(game, player, 2 * Games.Points);

        List<QuestTransition> transitions = await _mesh.Stores.TransitionsAsync(player);
        Assert.Equal(
            [
                (Kind.Step, "venue/cafe", "", true),
                (Kind.Noted, "", "ID_REUSED", false),
                (Kind.Step, "venue/park", "", true),
            ],
            transitions.Select(one => (one.Kind, one.StepKey, one.Reason, one.Outcome)));
        Assert.Equal(Guid.Parse(action.ActionId), Ids.FromBytes(transitions[1].ActionId.Span));
        await CheckBooksAsync(game);
    }

    private async Task SubmitAsync(Action action)
    {
        Receipt receipt = await _mesh.Services.Ingestion.SubmitAsync(action);
        Assert.True(
            receipt.Status is Receipt.Types.Status.Accepted or Receipt.Types.Status.Duplicate, receipt.ToString());
    }

    // Two ids, two venues, two rewards; one session.
    private async Task CheckBooksAsync(string game)
    {
        VerifyAnswer books = ToolAnswers.Read<VerifyAnswer>(await _mesh.VerifyAsync(game));
        Assert.Equal(new VerifyAnswer(game, 2, 2, 2, 2, 0, 1, 1, 0, books.Differences), books);
        Assert.Empty(books.Differences);
    }
}
