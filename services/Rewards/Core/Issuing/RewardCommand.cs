namespace Mesh.Rewards.Core.Issuing;

/// <summary>What is asked of a player's book.</summary>
public abstract record RewardCommand
{
    private RewardCommand()
    {
    }

    /// <summary>Pays a player what a rule promises.</summary>
    /// <param name="RewardId">Made of what the reward is for: the same for every repeat.</param>
    /// <param name="Tenant">Whose game.</param>
    /// <param name="GameId">The game.</param>
    /// <param name="QuestId">The quest.</param>
    /// <param name="PlayerId">Who is paid.</param>
    /// <param name="RuleId">The rule.</param>
    /// <param name="RuleVersion">The game's version that holds the rule.</param>
    /// <param name="Currency">What is paid.</param>
    /// <param name="Amount">In minor units.</param>
    /// <param name="ReachedUs">
    /// The latest effective time of the actions that earned it: microseconds since the epoch.
    /// </param>
    /// <param name="Subject">Whose run it was, as in the transition.</param>
    public sealed record IssueReward(
        Guid RewardId,
        string Tenant,
        string GameId,
        string QuestId,
        string PlayerId,
        string RuleId,
        uint RuleVersion,
        string Currency,
        long Amount,
        long ReachedUs,
        string Subject) : RewardCommand;
}
