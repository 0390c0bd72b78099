using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Catalog;

/// <summary>Whose clock decides when an action happened. The numbers are those of the contract.</summary>
public enum ClockPolicy
{
    /// <summary>The phone's, but at most 24 h before reception.</summary>
    Clamp = 0,

    /// <summary>The phone's: for imports and replays.</summary>
    Trust = 1,

    /// <summary>The server's.</summary>
    Server = 2,
}

/// <summary>
/// A game, whole. Two definitions are equal when everything in them is, whatever objects they are made of.
/// </summary>
/// <param name="Slug">The game's id.</param>
/// <param name="Title">For people.</param>
/// <param name="ClockPolicy">Whose clock decides.</param>
/// <param name="Quests">In the order in which an action is judged.</param>
/// <param name="Rules">What is paid for which transition.</param>
/// <param name="Scales">Decimal places of each currency's minor unit.</param>
public sealed record GameDefinition(
    string Slug,
    string Title,
    ClockPolicy ClockPolicy,
    IReadOnlyList<QuestDefinition> Quests,
    IReadOnlyList<RewardRule> Rules,
    IReadOnlyDictionary<string, uint> Scales)
{
    /// <summary>Deep value equality; the order of quests and rules counts, that of scales does not.</summary>
    public bool Equals(GameDefinition? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Slug == other.Slug
            && Title == other.Title
            && ClockPolicy == other.ClockPolicy
            && Quests.SequenceEqual(other.Quests)
            && Rules.SequenceEqual(other.Rules)
            && SameScales(other.Scales));

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Slug, Title, ClockPolicy, Quests.Count, Rules.Count, Scales.Count);

    private bool SameScales(IReadOnlyDictionary<string, uint> other)
    {
        if (Scales.Count != other.Count)
        {
            return false;
        }

        foreach ((string currency, uint decimals) in Scales)
        {
            if (!other.TryGetValue(currency, out uint others) || others != decimals)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A quest of a game.</summary>
/// <param name="QuestId">Unique within the game.</param>
/// <param name="Title">For people.</param>
/// <param name="Type">What is to be done; null: the definition does not say, and is invalid.</param>
public sealed record QuestDefinition(string QuestId, string Title, QuestType? Type);

/// <summary>Pays <paramref name="Amount"/> for each transition of a quest of the kind <paramref name="On"/>.</summary>
/// <param name="RuleId">Unique within the game.</param>
/// <param name="QuestId">A quest of the game.</param>
/// <param name="On"><see cref="TransitionKind.Step"/> or <see cref="TransitionKind.Completed"/>.</param>
/// <param name="Currency">What is paid.</param>
/// <param name="Amount">In minor units of the currency.</param>
public sealed record RewardRule(string RuleId, string QuestId, TransitionKind On, string Currency, long Amount);
