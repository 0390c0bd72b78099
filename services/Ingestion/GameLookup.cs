using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;
using QuestsApi = Mesh.Contracts.Quests.V1;

namespace Mesh.Ingestion;

/// <summary>
/// Finds games, and policies before the catalog topic is read. The topic tells of them; a game that it does not know
/// yet may be a moment old, so Quests is asked once before an action is refused. The same question is asked once for
/// all who have it.
/// </summary>
internal sealed class GameLookup(
    GameTable games, PolicyTable policies, QuestsApi.Quests.QuestsClient quests, ILogger<GameLookup> logger)
{
    private readonly ConcurrentDictionary<(string Tenant, string Game), Task<GamePublished?>> _asked = new();
    private readonly ConcurrentDictionary<string, Task<CompiledPolicy>> _askedPolicies = new(StringComparer.Ordinal);

    /// <summary>The newest version of a game, when the catalog topic has told of it.</summary>
    public bool TryFind(string tenant, string game, [NotNullWhen(true)] out GamePublished? found) =>
        games.TryNewest(tenant, game, out found);

    /// <summary>Asks Quests; null: there is no such game.</summary>
    /// <exception cref="RpcException">Quests did not answer.</exception>
    public Task<GamePublished?> AskAsync(string tenant, string game) =>
        TogetherAsync(_asked, (Tenant: tenant, Game: game), static (self, id) => self.GetAsync(id.Tenant, id.Game));

    /// <summary>Asks Quests for a tenant's policy.</summary>
    /// <exception cref="RpcException">Quests did not answer.</exception>
    public Task<CompiledPolicy> AskPolicyAsync(string tenant) =>
        TogetherAsync(_askedPolicies, tenant, static (self, id) => self.GetPolicyAsync(id));

    private async Task<TAnswer> TogetherAsync<TKey, TAnswer>(
        ConcurrentDictionary<TKey, Task<TAnswer>> asked, TKey key, Func<GameLookup, TKey, Task<TAnswer>> ask)
        where TKey : notnull
    {
        Task<TAnswer> answer = asked.GetOrAdd(key, static (id, way) => way.ask(way.self, id), (self: this, ask));
        try
        {
            return await answer;
        }
        finally
        {
            asked.TryRemove(new(key, answer));
        }
    }

    private async Task<CompiledPolicy> GetPolicyAsync(string tenant)
    {
        try
        {
            PublishedDoorPolicy found = await quests.GetDoorPolicyAsync(
                new GetDoorPolicyRequest(), CallTenant.HeadersFor(tenant), DateTime.UtcNow + Limits.LookupDeadline);
            return policies.Apply(tenant, found.Version, found.Policy);
        }
        catch (RpcException e)
        {
            IngestionMessages.PolicyLookupFailed(logger, tenant, e.Status.Detail);
            throw;
        }
    }

    private async Task<GamePublished?> GetAsync(string tenant, string game)
    {
        try
        {
            Game found = await quests.GetGameAsync(
                new GetGameRequest { GameId = game },
                CallTenant.HeadersFor(tenant),
                DateTime.UtcNow + Limits.LookupDeadline);
            GamePublished published = new()
            {
                Tenant = tenant,
                GameId = game,
                Version = found.Version,
                Definition = found.Definition,
            };
            games.Apply(published.ToByteArray());
            return published;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException e)
        {
            IngestionMessages.LookupFailed(logger, game, e.Status.Detail);
            throw;
        }
    }
}
