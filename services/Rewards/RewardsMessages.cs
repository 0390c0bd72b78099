namespace Mesh.Rewards;

/// <summary>What the service logs.</summary>
internal static partial class RewardsMessages
{
    [LoggerMessage(1, LogLevel.Error, "Reward {RewardId} of rule {Rule} in game {Game} is not paid: {Outcome}")]
    public static partial void NotPaid(ILogger logger, Guid rewardId, string rule, string game, string outcome);
}
