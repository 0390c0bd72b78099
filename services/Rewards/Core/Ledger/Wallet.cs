namespace Mesh.Rewards.Core.Ledger;

/// <summary>
/// A player's balances in one game. Few currencies each, so a row in ordinal order, searched by halves.
/// </summary>
internal sealed class Wallet
{
    private Balance[] balances = [];

    public long Held(string currency)
    {
        int at = Find(currency);
        return at >= 0 ? balances[at].Amount : 0;
    }

    public void Add(string currency, long amount)
    {
        int at = Find(currency);
        if (at < 0)
        {
            at = ~at;
            balances = [.. balances[..at], new Balance(currency, 0), .. balances[at..]];
        }

        balances[at] = new Balance(balances[at].Currency, checked(balances[at].Amount + amount));
    }

    public Balance[] Balances() => [.. balances];

    // The place of a currency, or the complement of where it belongs.
    private int Find(string currency)
    {
        int low = 0;
        int high = balances.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(balances[middle].Currency, currency);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
