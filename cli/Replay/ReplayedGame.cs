using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;

namespace Mesh.Cli.Replay;

/// <summary>The game that a file is replayed into, made when there is none: any venue, ten points for each.</summary>
internal static class ReplayedGame
{
    private const long PointsForEachVenue = 10;

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
                Amount = PointsForEachVenue,
            },
        },
        Scales = { ["points"] = 0 },
    };

    /// <summary>Makes the game unless there is one of that name, whatever its contents.</summary>
    internal static async Task EnsureAsync(
        Quests.QuestsClient quests, string slug, Patience patience, CancellationToken cancellation)
    {
        try
        {
            await patience.CallAsync(
                () => quests.CreateGameAsync(Define(slug), cancellationToken: cancellation).ResponseAsync,
                cancellation);
        }
        catch (RpcException taken) when (taken.StatusCode == StatusCode.AlreadyExists)
        {
            // Somebody has defined it, perhaps otherwise: the file is replayed into that.
        }
    }
}
