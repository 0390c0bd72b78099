using System.Collections.Concurrent;
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
/// Each tenant's newest policy, as <c>quest.v1.catalog</c> tells of it. A policy is replaced whole: whoever judges an
/// action takes one and stays with it. One writer, any number of readers.
/// </summary>
internal sealed class PolicyTable
{
    private readonly ConcurrentDictionary<string, CompiledPolicy> _policies = new(StringComparer.Ordinal);

    /// <summary>Takes a record of the topic. An older version than the known one changes nothing.</summary>
    public void Apply(byte[] record)
    {
        DoorPolicyPublished published = DoorPolicyPublished.Parser.ParseFrom(record);
        if (published.Version > Of(published.Tenant).Routing.Version)
        {
            DoorPolicy policy = published.Policy;
            _policies[published.Tenant] = new CompiledPolicy(
                new RoutingTable(published.Version, [.. policy.Lanes.Select(ToCore)]),
                ToCore(policy.Tenant),
                ToCore(policy.Player));
        }
    }

    /// <summary>A tenant's policy.</summary>
    public CompiledPolicy Of(string tenant) => _policies.GetValueOrDefault(tenant, CompiledPolicy.BuiltIn);

    private static LaneRule ToCore(Contracts.Events.V1.LaneRule rule) =>
        new(rule.GameId, [.. rule.Kinds.Select(kind => (ActionKind)kind)], (int)rule.Lane);

    private static RateLimit ToCore(Contracts.Events.V1.RateLimit? limit) =>
        new(limit?.PerSecond ?? 0, limit?.Burst ?? 0);
}
