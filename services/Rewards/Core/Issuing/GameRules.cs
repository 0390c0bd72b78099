namespace Mesh.Rewards.Core.Issuing;

/// <summary>The transitions that a rule may pay for. The numbers are those of the contract.</summary>
public enum TransitionKind
{
    /// <summary>A step was reached.</summary>
    Step = 2,

    /// <summary>The quest was completed.</summary>
    Completed = 3,
}

/// <summary>Pays <paramref name="Amount"/> for each transition of a quest of the kind <paramref name="On"/>.</summary>
/// <param name="RuleId">Unique within the game.</param>
/// <param name="QuestId">A quest of the game.</param>
/// <param name="On">Which transition.</param>
/// <param name="Currency">What is paid.</param>
/// <param name="Amount">In minor units of the currency; positive.</param>
public sealed record RewardRule(string RuleId, string QuestId, TransitionKind On, string Currency, long Amount);

/// <summary>The rules of one version of a game, found by what they pay for. Immutable.</summary>
public sealed class GameRules
{
    private readonly Dictionary<(string QuestId, TransitionKind On), RewardRule[]> rules;

    /// <summary>The rules of a version.</summary>
    /// <param name="version">The game's version that says so.</param>
    /// <param name="rules">Its rules; their order is kept.</param>
    public GameRules(uint version, IEnumerable<RewardRule> rules)
    {
        Version = version;
        this.rules = rules
            .GroupBy(rule => (rule.QuestId, rule.On))
            .ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>The game's version.</summary>
    public uint Version { get; }

    /// <summary>The rules that pay for a transition, in the game's order; none: it earns nothing.</summary>
    public ReadOnlySpan<RewardRule> For(string questId, TransitionKind kind) =>
        rules.TryGetValue((questId, kind), out RewardRule[]? matching) ? matching : [];
}
