namespace Mesh.Rewards.Core.Ledger;

/// <summary>Names an account: a player's in one game and currency, or the game's mint.</summary>
public readonly record struct AccountId
{
    private AccountId(string tenant, string gameId, string? playerId, string currency) =>
        (Tenant, GameId, PlayerId, Currency) = (tenant, gameId, playerId, currency);

    /// <summary>Whose game.</summary>
    public string Tenant { get; }

    /// <summary>The game.</summary>
    public string GameId { get; }

    /// <summary>The holder; null: the mint, which is minus what all players hold.</summary>
    public string? PlayerId { get; }

    /// <summary>The currency.</summary>
    public string Currency { get; }

    /// <summary>A player's account.</summary>
    public static AccountId Player(string tenant, string gameId, string playerId, string currency) =>
        new(tenant, gameId, playerId, currency);

    /// <summary>The counter-account from which a game's currency comes.</summary>
    public static AccountId Mint(string tenant, string gameId, string currency) => new(tenant, gameId, null, currency);
}

/// <summary>What an account holds in one currency.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Amount">In minor units; a mint's is zero or less.</param>
public readonly record struct Balance(string Currency, long Amount);

/// <summary>What came of a posting.</summary>
public enum PostingResult
{
    /// <summary>The amount left one account and entered the other.</summary>
    Posted,

    /// <summary>The amount is not positive.</summary>
    AmountRange,

    /// <summary>A player's account holds less.</summary>
    Insufficient,

    /// <summary>An account would hold more (or a mint owe more) than 64 bits say.</summary>
    AccountFull,

    /// <summary>The accounts are one, or not of one game and currency: the books would not balance.</summary>
    Mismatch,
}
