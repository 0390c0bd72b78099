using Mesh.Rewards.Core.Issuing;

namespace Mesh.Rewards.Core.Ledger;

/// <summary>
/// The book of one partition, folded: which rewards were issued, and who holds what. Owned by one loop.
/// </summary>
public sealed class PartitionBook
{
    // 16 bytes of id and 8 of table for each reward ever issued: a reward is paid once, for ever.
    private readonly HashSet<Guid> issued = [];

    /// <summary>The accounts.</summary>
    public AccountBook Accounts { get; } = new();

    /// <summary>How many rewards were issued.</summary>
    public int Issued => issued.Count;

    /// <summary>Whether a reward was issued.</summary>
    public bool HasIssued(Guid rewardId) => issued.Contains(rewardId);

    /// <summary>Folds an event.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow from the ones before.</exception>
    public void Evolve(RewardEvent happened)
    {
        var reward = (RewardEvent.RewardIssued)happened;
        if (!issued.Add(reward.RewardId))
        {
            throw new InvalidOperationException($"Reward {reward.RewardId} is in the log twice.");
        }

        PostingResult result = Accounts.Post(
            AccountId.Mint(reward.Tenant, reward.GameId, reward.Currency),
            AccountId.Player(reward.Tenant, reward.GameId, reward.PlayerId, reward.Currency),
            reward.Amount);
        if (result != PostingResult.Posted)
        {
            throw new InvalidOperationException($"Reward {reward.RewardId} cannot be posted: {result}.");
        }
    }
}
