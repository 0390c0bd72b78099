using EndToEnd.Tests.Door;
using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;

namespace EndToEnd.Tests;

/// <summary>Games, and the log that they lie in.</summary>
[Collection(SharedMesh.Name)]
public sealed class GameTests(MeshFixture fixture)
{
    private readonly RunningMesh _mesh = fixture.Mesh;

    /// <summary>A retry finds the game that the first call made.</summary>
    [Fact]
    public async Task CreateGame_SameContentsAgain_ReturnsTheGame()
    {
        GameDefinition definition = Games.Define($"same-{Guid.NewGuid():N}");
        Game made = await _mesh.Services.Quests.CreateGameAsync(definition);

        Game again = await _mesh.Services.Quests.CreateGameAsync(definition);

        Assert.Equal(made, again);
        Assert.Equal((definition, 1UL), (again.Definition, again.Version));
        Assert.Equal(again, await _mesh.Services.Quests.GetGameAsync(new GetGameRequest { GameId = definition.Slug }));
    }

    /// <summary>Another game cannot take the name, and the first one stays as it is.</summary>
    [Fact]
    public async Task CreateGame_OtherContents_AlreadyExists()
    {
        GameDefinition definition = Games.Define($"other-{Guid.NewGuid():N}");
        Game made = await _mesh.Services.Quests.CreateGameAsync(definition);
        GameDefinition other = definition.Clone();
        other.Rules[0].Amount = 2 * Games.Points;

        await Books.RefusesAsync(
            StatusCode.AlreadyExists,
            ErrorCodes.GameExists,
            "slug",
            async () => await _mesh.Services.Quests.CreateGameAsync(other));

        Assert.Equal(made, await _mesh.Services.Quests.GetGameAsync(new GetGameRequest { GameId = definition.Slug }));
    }

    /// <summary>The view <c>events</c> shows people the log, its types by name.</summary>
    [Fact]
    public async Task EventsView_EachStore_NamesTheTypes()
    {
        string game = await _mesh.Services.NewAsync("view");
        await _mesh.Services.Ingestion.SubmitAsync(Actions.CheckIn(game, "ada", "cafe"));
        await _mesh.Services.ScoreAsync(game, "ada", Games.Points);
        await _mesh.VerifyAsync(game);

        // Other tests may have put a door policy there.
        Assert.Equal(
            ["game-published.v1", "quest-transition.v1"],
            (await TypesAsync("quests")).Except(["door-policy-published.v1"]));
        Assert.Equal(["reward-issued.v1"], await TypesAsync("rewards"));
        Assert.Equal(["reward-issued.v1"], await TypesAsync("leaderboard"));
        Assert.Equal(["session-changed.v1"], await TypesAsync("sessions"));
    }

    private async Task<IEnumerable<string>> TypesAsync(string store) =>
        (await _mesh.Stores.TypesAsync(store)).Keys.Order(StringComparer.Ordinal);
}
