namespace Mesh.Quests.Core.Door;

/// <summary>
/// How the door treats a tenant's actions, whole. Two policies are equal when everything in them is.
/// </summary>
/// <param name="Lanes">The first that fits an action wins; none fits: the kind's built-in lane.</param>
/// <param name="Tenant">The limit of all actions of the tenant.</param>
/// <param name="Player">The limit of each player's actions.</param>
public sealed record DoorPolicy(IReadOnlyList<LaneRule> Lanes, RateLimit Tenant, RateLimit Player)
{
    /// <summary>What every tenant begins with: built-in lanes, no limits.</summary>
    public static DoorPolicy BuiltIn { get; } = new([], RateLimit.None, RateLimit.None);

    /// <summary>Deep value equality; the order of the rules counts.</summary>
    public bool Equals(DoorPolicy? other) =>
        other is not null && Tenant == other.Tenant && Player == other.Player && Lanes.SequenceEqual(other.Lanes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Lanes.Count, Tenant, Player);
}

/// <summary>Actions of these kinds travel in this lane.</summary>
/// <param name="GameId">The game whose actions are meant; empty: every game.</param>
/// <param name="Kinds">The numbers of the kinds' fields in the contract; none: every kind.</param>
/// <param name="Lane">0 to 2.</param>
public sealed record LaneRule(string GameId, IReadOnlyList<uint> Kinds, uint Lane)
{
    /// <summary>Deep value equality.</summary>
    public bool Equals(LaneRule? other) =>
        other is not null && GameId == other.GameId && Lane == other.Lane && Kinds.SequenceEqual(other.Kinds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GameId, Kinds.Count, Lane);
}

/// <summary>A token bucket.</summary>
/// <param name="PerSecond">How many actions in the long run; 0: no limit.</param>
/// <param name="Burst">How many at once.</param>
public readonly record struct RateLimit(double PerSecond, uint Burst)
{
    /// <summary>No limit.</summary>
    public static RateLimit None => default;
}
