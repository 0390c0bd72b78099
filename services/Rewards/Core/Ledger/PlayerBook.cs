using Mesh.Remembered;
using Mesh.Rewards.Core.Issuing;

namespace Mesh.Rewards.Core.Ledger;

/// <summary>
/// A player's book, folded: which rewards were issued to the player, and what the player holds in each game. Owned by
/// one loop. Every reward leaves the mint of its game and enters an account here. A mint is minus what all players hold,
/// so that nobody keeps it: whoever asks sums the log.
/// </summary>
public sealed class PlayerBook
{
    // A reward is paid once, for ever.
    private readonly RememberedIds issued = new();

    // A player is in few games; a dictionary for each player would cost more than it saves.
    private readonly List<(string GameId, Wallet Wallet)> games = [];

    /// <summary>How many rewards were issued.</summary>
    public int Issued => issued.Count;

    /// <summary>How many chunks of issued rewards are full: they never change again.</summary>
    public int FullChunks => issued.FullChunks;

    /// <summary>The games with an account, in the order in which they appeared.</summary>
    public IEnumerable<string> Games => games.Select(game => game.GameId);

    /// <summary>Whether a reward was issued.</summary>
    public bool HasIssued(Guid rewardId) => issued.Contains(rewardId);

    /// <summary>
    /// The ids of a chunk of issued rewards, in order; the one after the full ones holds the rest.
    /// </summary>
    public ReadOnlySpan<Guid> Chunk(int number) => issued.Chunk(number);

    /// <summary>What the player holds in a game, by currency, ordinal. A copy.</summary>
    public Balance[] Balances(string gameId) => Find(gameId)?.Balances() ?? [];

    /// <summary>What would come of paying the player; nothing changes.</summary>
    /// <param name="gameId">The game whose mint pays.</param>
    /// <param name="currency">What is paid.</param>
    /// <param name="amount">In minor units.</param>
    public PostingResult Check(string gameId, string currency, long amount) =>
        amount <= 0 ? PostingResult.AmountRange
        : (Find(gameId)?.Held(currency) ?? 0) > long.MaxValue - amount ? PostingResult.AccountFull
        : PostingResult.Posted;

    /// <summary>Folds an event.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow from the ones before.</exception>
    public void Evolve(RewardEvent happened)
    {
        var reward = (RewardEvent.RewardIssued)happened;
        PostingResult result = Check(reward.GameId, reward.Currency, reward.Amount);
        if (result != PostingResult.Posted)
        {
            throw new InvalidOperationException($"Reward {reward.RewardId} cannot be posted: {result}.");
        }

        if (!issued.Add(reward.RewardId))
        {
            throw new InvalidOperationException($"Reward {reward.RewardId} is in the log twice.");
        }

        Open(reward.GameId).Add(reward.Currency, reward.Amount);
    }

    /// <summary>Adds rewards issued, as they were kept.</summary>
    public void Restore(ReadOnlySpan<Guid> rewardIds)
    {
        foreach (Guid id in rewardIds)
        {
            issued.Add(id);
        }
    }

    /// <summary>Adds a balance as it was kept.</summary>
    public void Restore(string gameId, Balance balance) => Open(gameId).Add(balance.Currency, balance.Amount);

    private Wallet? Find(string gameId)
    {
        foreach ((string id, Wallet wallet) in games)
        {
            if (id == gameId)
            {
                return wallet;
            }
        }

        return null;
    }

    private Wallet Open(string gameId)
    {
        if (Find(gameId) is { } known)
        {
            return known;
        }

        Wallet wallet = new();
        games.Add((gameId, wallet));
        return wallet;
    }
}
