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
/// Finds games. The catalog topic tells of them; a game that it does not know yet may be a moment old, so Quests is
/// asked once before an action is refused. Questions after the same game are asked together.
/// </summary>
internal sealed class GameLookup(GameTable games, QuestsApi.Quests.QuestsClient quests, ILogger<GameLookup> logger)
{
    private readonly ConcurrentDictionary<(string Tenant, string Game), Task<GamePublished?>> _asked = new();

    /// <summary>The newest version of a game, when the catalog topic has told of it.</summary>
    public bool TryFind(string tenant, string game, [NotNullWhen(true)] out GamePublished? found) =>
        games.TryNewest(tenant, game, out found);

    /// <summary>Asks Quests; null: there is no such game.</summary>
    /// <exception cref="RpcException">Quests did not answer.</exception>
    public async Task<GamePublished?> AskAsync(string tenant, string game)
    {
        Task<GamePublished?> asked = _asked.GetOrAdd(
            (tenant, game), static (id, self) => self.GetAsync(id.Tenant, id.Game), this);
        try
        {
            return await asked;
        }
        finally
        {
            _asked.TryRemove(new((tenant, game), asked));
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
