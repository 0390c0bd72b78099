using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Mesh.Contracts.Events.V1;
using Mesh.Ingestion.Core;
using Mesh.Ingestion.Core.Load;
using Mesh.Ingestion.Core.Routing;
using LaneRule = Mesh.Ingestion.Core.Routing.LaneRule;
using RateLimit = Mesh.Ingestion.Core.Load.RateLimit;

namespace Mesh.Ingestion;

/// <summary>A version of a tenant's policy, ready to judge by. Immutable.</summary>
/// <param name="Routing">Its lanes, and its version.</param>
/// <param name="Tenant">The limit of all actions.</param>
/// <param name="Player">The limit of each player's actions.</param>
internal sealed record CompiledPolicy(RoutingTable Routing, RateLimit Tenant, RateLimit Player)
{
    /// <summary>Version 1: what every tenant begins with.</summary>
    public static CompiledPolicy BuiltIn { get; } = new(RoutingTable.Default, default, default);

    /// <summary>Whether there is any limit.</summary>
    public bool Limits => Tenant.Limits || Player.Limits;
}

/// <summary>
/// Each tenant's newest policy, as <c>quest.v1.catalog</c> tells of it, or Quests before that is read. A policy is
/// replaced whole: whoever judges an action takes one and stays with it. Safe for concurrent use.
/// </summary>
internal sealed class PolicyTable
{
    private readonly ConcurrentDictionary<string, CompiledPolicy> _policies = new(StringComparer.Ordinal);
    private volatile bool _isComplete;

    /// <summary>Takes a record of the topic.</summary>
    public void Apply(byte[] record)
    {
        DoorPolicyPublished published = DoorPolicyPublished.Parser.ParseFrom(record);
        Apply(published.Tenant, published.Version, published.Policy);
    }

    /// <summary>
    /// Takes a version of a tenant's policy; one older than the known one changes nothing. Returns which is known then.
    /// </summary>
    public CompiledPolicy Apply(string tenant, uint version, DoorPolicy policy)
    {
        CompiledPolicy compiled = new(
            new RoutingTable(version, [.. policy.Lanes.Select(ToCore)]), ToCore(policy.Tenant), ToCore(policy.Player));
        return _policies.AddOrUpdate(
            tenant,
            static (_, taken) => taken,
            static (_, known, taken) => taken.Routing.Version > known.Routing.Version ? taken : known,
            compiled);
    }

    /// <summary>The topic is read to its end: who is not named there has the policy that all begin with.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>Finds a tenant's policy; false: it is to be asked for.</summary>
    public bool TryFind(string tenant, [NotNullWhen(true)] out CompiledPolicy? policy)
    {
        if (!_policies.TryGetValue(tenant, out policy) && _isComplete)
        {
            policy = CompiledPolicy.BuiltIn;
        }

        return policy is not null;
    }

    private static LaneRule ToCore(Contracts.Events.V1.LaneRule rule) =>
        new(rule.GameId, [.. rule.Kinds.Select(kind => (ActionKind)kind)], (int)rule.Lane);

    private static RateLimit ToCore(Contracts.Events.V1.RateLimit? limit) =>
        new(limit?.PerSecond ?? 0, limit?.Burst ?? 0);
}
