using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace EndToEnd.Tests.Door;

/// <summary>Bad input in calls of one action.</summary>
[Collection(SharedMesh.Name)]
public sealed class SubmitTests(MeshFixture fixture)
{
    private readonly RunningMesh _mesh = fixture.Mesh;

    /// <summary>The names of what can be wrong.</summary>
    public static TheoryData<string> Wrongs() => [.. BadAction.All("game").Select(bad => bad.Name)];

    /// <summary>It is refused by code and field, and nothing of it is stored.</summary>
    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Submit_BadAction_IsRefusedByCodeAndField(string wrong)
    {
        string game = await _mesh.Services.NewAsync("submit");
        BadAction bad = BadAction.All(game).Single(one => one.Name == wrong);
        Action good = Actions.CheckIn(game, BadAction.Player, "cafe");

        await Books.RefusesAsync(
            bad.Code == ErrorCodes.GameUnknown ? StatusCode.NotFound : StatusCode.InvalidArgument,
            bad.Code,
            bad.Field,
            async () => await _mesh.Services.Ingestion.SubmitAsync(bad.Action));

        Receipt receipt = await _mesh.Services.Ingestion.SubmitAsync(good);
        Assert.Equal(Receipt.Types.Status.Accepted, receipt.Status);
        await Books.CheckAsync(_mesh, game, [good], [bad.Action]);
    }

    /// <summary>A game that is made later does not find what was sent to it before.</summary>
    [Fact]
    public async Task Submit_GameMadeLater_HoldsNothingOfBefore()
    {
        string game = $"later-{Guid.NewGuid():N}";
        Action early = Actions.CheckIn(game, "ada", "cafe");
        Action late = Actions.CheckIn(game, "ada", "cafe");
        await Books.RefusesAsync(
            StatusCode.NotFound,
            ErrorCodes.GameUnknown,
            "game_id",
            async () => await _mesh.Services.Ingestion.SubmitAsync(early));

        await _mesh.Services.Quests.CreateGameAsync(Games.Define(game));
        await _mesh.Services.Ingestion.SubmitAsync(late);

        await Books.CheckAsync(_mesh, game, [late], [early]);
    }

    /// <summary>A message over gRPC's limit ends in gRPC's own status.</summary>
    [Fact]
    public async Task Submit_MessageAboveFourMiB_IsExhausted()
    {
        string game = await _mesh.Services.NewAsync("huge");
        Action huge = Actions.CheckIn(game, BadAction.Player, "cafe");
        huge.Answer = BadAction.Answer(ContractLimits.MessageBytes);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            async () => await _mesh.Services.Ingestion.SubmitAsync(huge));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        await Books.CheckAsync(_mesh, game, [], [huge]);
    }
}
