namespace Mesh.Rewards.Core.Ledger;

/// <summary>What an account holds in one currency.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Amount">In minor units; a player's is zero or more.</param>
public readonly record struct Balance(string Currency, long Amount);

/// <summary>What came of a posting.</summary>
public enum PostingResult
{
    /// <summary>The amount leaves one account and enters the other.</summary>
    Posted,

    /// <summary>The amount is not positive.</summary>
    AmountRange,

    /// <summary>The account would hold more than 64 bits say.</summary>
    AccountFull,
}
