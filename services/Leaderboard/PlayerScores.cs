using Mesh.Contracts;
using Mesh.Contracts.Events.V1;

namespace Mesh.Leaderboard;

/// <summary>What a player has on one board.</summary>
/// <param name="GameId">The game.</param>
/// <param name="Currency">What the board sums.</param>
/// <param name="Score">The sum of the player's rewards.</param>
/// <param name="ReachedUs">The latest time among them: microseconds since the epoch.</param>
internal readonly record struct PlayerScore(string GameId, string Currency, long Score, long ReachedUs);

/// <summary>A player's stream and what it folds to: scores by game and currency.</summary>
internal sealed class PlayerScores
{
    private PlayerScore[] _scores = [];

    public PlayerScores(string name)
    {
        Name = name;
        (Tenant, string player) = Placement.PlayerOf(name)
            ?? throw new InvalidDataException($"Stream '{name}' is no player's.");
        Subject = $"p/{player}";
    }

    public string Name { get; }

    public string Tenant { get; }

    /// <summary>The player's name on boards, made once.</summary>
    public string Subject { get; }

    /// <summary>How many rewards, that is, how many events of the stream.</summary>
    public long Rewards { get; private set; }

    public ReadOnlySpan<PlayerScore> Scores => _scores;

    public bool Has(string game, string currency) => Find(game, currency) >= 0;

    public void Add(RewardIssued issued)
    {
        Rewards++;
        int at = Find(issued.GameId, issued.Currency);
        if (at < 0)
        {
            Add(new PlayerScore(issued.GameId, issued.Currency, issued.Amount, issued.ReachedUs));
            return;
        }

        PlayerScore had = _scores[at];
        _scores[at] = had with
        {
            Score = checked(had.Score + issued.Amount),
            ReachedUs = Math.Max(had.ReachedUs, issued.ReachedUs),
        };
    }

    /// <summary>Takes what was kept.</summary>
    public void Restore(long rewards, PlayerScore[] scores) => (Rewards, _scores) = (rewards, scores);

    private void Add(PlayerScore score) => _scores = [.. _scores, score];

    // Few boards each: a row is shorter than a dictionary.
    private int Find(string game, string currency) =>
        Array.FindIndex(_scores, one => one.GameId == game && one.Currency == currency);
}
