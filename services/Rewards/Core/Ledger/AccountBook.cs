using System.Runtime.InteropServices;

namespace Mesh.Rewards.Core.Ledger;

/// <summary>
/// A double-entry book: every posting leaves one account and enters another of the same game and currency, so the sum
/// of all accounts is zero at every instant, and a mint is minus what its players hold. No player's account is ever
/// below zero.
/// </summary>
public sealed class AccountBook
{
    private readonly Dictionary<(string Tenant, string GameId), GameAccounts> games = [];

    /// <summary>What an account holds; 0 when it was never posted to.</summary>
    public long Held(AccountId account) => WalletOf(account) is { } wallet ? wallet.Held(account.Currency) : 0;

    /// <summary>A player's balances in a game, by currency, ordinal. A copy.</summary>
    public Balance[] Balances(string tenant, string gameId, string playerId) =>
        games.TryGetValue((tenant, gameId), out GameAccounts? game)
        && game.Players.TryGetValue(playerId, out Wallet? wallet) ? wallet.Balances() : [];

    /// <summary>A game's mint, by currency, ordinal: minus what its players hold. A copy.</summary>
    public Balance[] Mint(string tenant, string gameId) =>
        games.TryGetValue((tenant, gameId), out GameAccounts? game) ? game.Mint.Balances() : [];

    /// <summary>The players with an account in a game. A copy, in no order.</summary>
    public string[] Players(string tenant, string gameId) =>
        games.TryGetValue((tenant, gameId), out GameAccounts? game) ? [.. game.Players.Keys] : [];

    /// <summary>What would come of a posting; nothing changes.</summary>
    public PostingResult Check(AccountId from, AccountId to, long amount)
    {
        if (from.Tenant != to.Tenant || from.GameId != to.GameId || from.Currency != to.Currency
            || from.PlayerId == to.PlayerId)
        {
            return PostingResult.Mismatch;
        }

        if (amount <= 0)
        {
            return PostingResult.AmountRange;
        }

        long source = Held(from);
        if (from.PlayerId is not null && source < amount)
        {
            return PostingResult.Insufficient;
        }

        return source < long.MinValue + amount || Held(to) > long.MaxValue - amount
            ? PostingResult.AccountFull
            : PostingResult.Posted;
    }

    /// <summary>Moves an amount from one account to another, or says why not and changes nothing.</summary>
    /// <param name="from">The account that it leaves.</param>
    /// <param name="to">The account that it enters.</param>
    /// <param name="amount">In minor units; positive.</param>
    public PostingResult Post(AccountId from, AccountId to, long amount)
    {
        PostingResult result = Check(from, to, amount);
        if (result == PostingResult.Posted)
        {
            Open(from).Add(from.Currency, checked(-amount));
            Open(to).Add(to.Currency, amount);
        }

        return result;
    }

    /// <summary>The sum of all accounts: zero, or the book is damaged.</summary>
    public Int128 Sum()
    {
        Int128 sum = 0;
        foreach (GameAccounts game in games.Values)
        {
            sum += game.Mint.Sum();
            foreach (Wallet wallet in game.Players.Values)
            {
                sum += wallet.Sum();
            }
        }

        return sum;
    }

    private Wallet? WalletOf(AccountId account) =>
        !games.TryGetValue((account.Tenant, account.GameId), out GameAccounts? game) ? null
        : account.PlayerId is null ? game.Mint
        : game.Players.GetValueOrDefault(account.PlayerId);

    private Wallet Open(AccountId account)
    {
        ref GameAccounts? game = ref CollectionsMarshal.GetValueRefOrAddDefault(
            games, (account.Tenant, account.GameId), out _);
        game ??= new GameAccounts();
        if (account.PlayerId is null)
        {
            return game.Mint;
        }

        ref Wallet? wallet = ref CollectionsMarshal.GetValueRefOrAddDefault(game.Players, account.PlayerId, out _);
        return wallet ??= new Wallet();
    }

    private sealed class GameAccounts
    {
        public Wallet Mint { get; } = new();

        public Dictionary<string, Wallet> Players { get; } = new(StringComparer.Ordinal);
    }
}
