using System.Diagnostics;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;

namespace Mesh.Cli.Replay;

/// <summary>The game that a file is replayed into, made when there is none: any venue, ten points for each.</summary>
internal static class ReplayedGame
{
    private const long PointsForEachVenue = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

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

    /// <summary>
    /// Makes the game unless there is one of that name, whatever its contents. While its partition cannot answer, it
    /// asks again: a game is made once, however often that is asked for.
    /// </summary>
    internal static async Task EnsureAsync(Quests.QuestsClient quests, string slug, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await quests.CreateGameAsync(Define(slug), cancellationToken: cancellation);
                return;
            }
            catch (RpcException taken) when (taken.StatusCode == StatusCode.AlreadyExists)
            {
                // Somebody has defined it otherwise: the file is replayed into that.
                return;
            }
            catch (RpcException busy) when (Problems.FromRpcException(busy)?.Code == ErrorCodes.Unavailable
                && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }
}
