using System.Runtime.InteropServices;
using Mesh.Cli.Connection;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;

namespace Mesh.Cli.Verify;

/// <summary>
/// What the items of one game must have earned, and what they have: every item is taken before any reward.
/// </summary>
internal sealed class RewardLedger(string game, RuleBook rules, Differences into)
{
    private readonly Dictionary<Guid, Earned> _earned = [];
    private readonly Dictionary<string, int> _textIndexes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly Dictionary<(string Holder, string Currency), Account> _accounts = [];

    internal long Items { get; private set; }

    internal long Rewards { get; private set; }

    /// <summary>The sum of all balances, the mint's included.</summary>
    internal long WalletsSum => _accounts.Values.Sum(account => account.Balance);

    /// <summary>What players' rewards come to: score and the time it was reached, by player and currency.</summary>
    internal IEnumerable<((string Player, string Currency) Key, Account Account)> Scores =>
        _accounts.Where(account => account.Key.Holder.Length > 0 && account.Value.Rewards > 0)
            .Select(account => (account.Key, account.Value));

    internal void Collect(string player, Item item)
    {
        Items++;
        if (!rules.Knows(item.DefinitionVersion))
        {
            into.Add($"player {player}: {item.StepKey} is of version {item.DefinitionVersion}, which the game has not");
        }

        foreach (int rule in rules.Matching(item.DefinitionVersion, item.QuestId, item.Kind))
        {
            Guid id = Ids.Reward(
                GatewayConnection.Tenant, game, item.QuestId, item.Subject, item.StepKey, player, rules[rule].RuleId);
            if (!_earned.TryAdd(id, new Earned(IndexOf(player), IndexOf(item.StepKey), rule, 0)))
            {
                into.Add($"player {player}: {item.StepKey} of {item.QuestId} is collected twice");
            }
        }
    }

    internal void Issue(string player, Issued issued)
    {
        Rewards++;
        Guid id = Ids.FromBytes(issued.RewardId.Span);
        ref Account account = ref AccountOf(player, issued.Currency);
        account.Sum += issued.Amount;
        account.Rewards++;
        account.ReachedUs = Math.Max(account.ReachedUs, issued.ReachedUs);

        ref Earned earned = ref CollectionsMarshal.GetValueRefOrNullRef(_earned, id);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref earned))
        {
            into.Add($"player {player}: reward {id} of {issued.Amount} {issued.Currency} has no item");
            return;
        }

        earned.Times++;
        RewardRule rule = rules[earned.Rule];
        if (earned.Times > 1)
        {
            into.Add($"player {player}: reward {id} for {_texts[earned.Step]} is issued {earned.Times} times");
        }
        else if (_texts[earned.Player] != player)
        {
            into.Add($"player {player}: reward {id} for {_texts[earned.Step]} is player {_texts[earned.Player]}'s");
        }
        else if (issued.Currency != rule.Currency || issued.Amount != rule.Amount)
        {
            into.Add($"player {player}: reward {id} for {_texts[earned.Step]} is {issued.Amount} {issued.Currency}, "
                + $"rule {rule.RuleId} says {rule.Amount} {rule.Currency}");
        }
    }

    /// <summary>A balance as the wallet holds it; the mint's holder is empty.</summary>
    internal void Hold(string player, Balance balance) => AccountOf(player, balance.Currency).Balance += balance.Amount;

    internal void Compare()
    {
        foreach ((Guid id, Earned earned) in _earned)
        {
            if (earned.Times == 0)
            {
                into.Add($"player {_texts[earned.Player]}: {_texts[earned.Step]} is collected and "
                    + $"reward {id} of rule {rules[earned.Rule].RuleId} is not issued");
            }
        }

        foreach (((string holder, string currency), Account account) in _accounts)
        {
            if (holder.Length > 0 && account.Sum != account.Balance)
            {
                into.Add($"player {holder}: the wallet holds {account.Balance} {currency}, "
                    + $"its rewards come to {account.Sum}");
            }
        }

        foreach (IGrouping<string, Account> currency in _accounts.GroupBy(a => a.Key.Currency, a => a.Value))
        {
            long sum = currency.Sum(account => account.Balance);
            if (sum != 0)
            {
                into.Add($"all balances of {currency.Key}, the mint's included, come to {sum}, not 0");
            }
        }
    }

    private int IndexOf(string text)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_textIndexes, text, out bool known);
        if (!known)
        {
            index = _texts.Count;
            _texts.Add(text);
        }

        return index;
    }

    private ref Account AccountOf(string holder, string currency) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, (holder, currency), out _);

    /// <summary>One currency of one holder.</summary>
    internal struct Account
    {
        internal long Sum;
        internal long Rewards;
        internal long ReachedUs;
        internal long Balance;
    }

    private record struct Earned(int Player, int Step, int Rule, int Times);
}
