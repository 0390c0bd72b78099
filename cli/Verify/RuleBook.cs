using Mesh.Contracts.Events.V1;

namespace Mesh.Cli.Verify;

/// <summary>A game's reward rules by version: which rules an item of a version pays under.</summary>
internal sealed class RuleBook
{
    private readonly List<RewardRule> _rules = [];
    private readonly Dictionary<(uint Version, string Quest, QuestTransition.Types.Kind On), int[]> _matching = [];
    private readonly HashSet<uint> _versions = [];

    internal RewardRule this[int rule] => _rules[rule];

    internal bool Knows(uint version) => _versions.Contains(version);

    internal void Add(uint version, GameDefinition definition)
    {
        _versions.Add(version);
        foreach (RewardRule rule in definition.Rules)
        {
            (uint, string, QuestTransition.Types.Kind) key = (version, rule.QuestId, rule.On);
            _matching[key] = [.. _matching.GetValueOrDefault(key, []), _rules.Count];
            _rules.Add(rule);
        }
    }

    /// <summary>The indexes of the rules that an item pays under.</summary>
    internal int[] Matching(uint version, string quest, QuestTransition.Types.Kind kind) =>
        _matching.GetValueOrDefault((version, quest, kind), []);
}
