namespace Mesh.Rewards.Core.Issuing;

/// <summary>What happened in a player's book.</summary>
public abstract record RewardEvent
{
    private RewardEvent()
    {
    }

    /// <summary>A player was paid: the amount left the game's mint and entered the player's account.</summary>
    /// <param name="RewardId">Made of what the reward is for.</param>
    /// <param name="Tenant">Whose game.</param>
    /// <param name="GameId">The game.</param>
    /// <param name="QuestId">The quest.</param>
    /// <param name="PlayerId">Who was paid.</param>
    /// <param name="RuleId">The rule.</param>
    /// <param name="RuleVersion">The game's version that holds the rule.</param>
    /// <param name="Currency">What was paid.</param>
    /// <param name="Amount">In minor units; positive.</param>
    /// <param name="ReachedUs">
    /// The latest effective time of the actions that earned it: microseconds since the epoch.
    /// </param>
    /// <param name="Subject">Whose run it was, as in the transition.</param>
    public sealed record RewardIssued(
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
        string Subject) : RewardEvent;
}
