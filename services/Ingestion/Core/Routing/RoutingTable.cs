using System.Collections.Frozen;

namespace Mesh.Ingestion.Core.Routing;

/// <summary>
/// Which lane each kind of a game's actions travels in: rules with a version, so that a record says what routed it.
/// Compiled to one look-up. Immutable.
/// </summary>
public sealed class RoutingTable
{
    /// <summary>How many lanes there are.</summary>
    public const int Lanes = 3;

    private const int FirstKind = (int)ActionKind.CheckIn;
    private const int Kinds = (int)ActionKind.Login - FirstKind + 1;

    // 0: what must be visible at once; 1: within 1 s; 2: within 5 s. By kind, in the order of their numbers.
    private static readonly byte[] BuiltIn = [0, 0, 0, 1, 1, 2, 2, 2];

    private readonly byte[] others;
    private readonly FrozenDictionary<string, byte[]> named;

    /// <summary>A table.</summary>
    /// <param name="version">Its version; from 1.</param>
    /// <param name="rules">The first that fits an action wins; none fits: the kind's built-in lane.</param>
    /// <exception cref="ArgumentException">A rule names a lane that there is not.</exception>
    public RoutingTable(uint version, IReadOnlyList<LaneRule> rules)
    {
        ArgumentOutOfRangeException.ThrowIfZero(version);
        if (rules.FirstOrDefault(rule => rule.Lane is < 0 or >= Lanes) is { } wrong)
        {
            throw new ArgumentException($"There is no lane {wrong.Lane}.", nameof(rules));
        }

        Version = version;
        others = Compile(string.Empty, rules);
        named = rules.Select(rule => rule.GameId).Where(game => game.Length > 0).Distinct(StringComparer.Ordinal)
            .ToFrozenDictionary(game => game, game => Compile(game, rules), StringComparer.Ordinal);
    }

    /// <summary>Version 1, the table that holds when nothing else is said: built-in lanes.</summary>
    public static RoutingTable Default { get; } = new(1, []);

    /// <summary>The table's version, which every record that it routed carries.</summary>
    public uint Version { get; }

    /// <summary>The lane of a kind of a game's actions, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An action without a kind has no lane: it is not admitted.
    /// </exception>
    public int LaneOf(string game, ActionKind kind)
    {
        int at = (int)kind - FirstKind;
        ArgumentOutOfRangeException.ThrowIfNegative(at, nameof(kind));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(at, Kinds, nameof(kind));
        return (named.TryGetValue(game, out byte[]? lanes) ? lanes : others)[at];
    }

    private static byte[] Compile(string game, IReadOnlyList<LaneRule> rules)
    {
        byte[] lanes = [.. BuiltIn];

        // The last one first, so that the first one has the last word.
        foreach (LaneRule rule in rules.Reverse().Where(rule => rule.GameId.Length == 0 || rule.GameId == game))
        {
            for (int i = 0; i < Kinds; i++)
            {
                if (rule.Kinds.Count == 0 || rule.Kinds.Contains((ActionKind)(FirstKind + i)))
                {
                    lanes[i] = (byte)rule.Lane;
                }
            }
        }

        return lanes;
    }
}
