using System.Collections.Concurrent;
using Mesh.Contracts.Events.V1;
using Mesh.Quests.Core.Catalog;

namespace Mesh.Quests;

/// <summary>
/// Every game as <c>quest.v1.catalog</c> tells of it, in the core's own records: what players' actions are judged by.
/// One writer, any number of readers; a game is replaced whole, so that a reader never sees half of a version.
/// </summary>
internal sealed class GameCatalog
{
    private readonly ConcurrentDictionary<(string Tenant, string Game), GameState> _games = new();

    /// <summary>Takes a record of the topic.</summary>
    public void Apply(byte[] record)
    {
        GamePublished published = GamePublished.Parser.ParseFrom(record);
        GameState next = new();
        if (_games.TryGetValue((published.Tenant, published.GameId), out GameState? known))
        {
            for (uint version = 1; version <= known.Version; version++)
            {
                if (known.At(version) is { } definition)
                {
                    next.Evolve(new CatalogEvent.GamePublished(version, definition));
                }
            }
        }

        next.Evolve(QuestsEvents.ToCore(published));
        _games[(published.Tenant, published.GameId)] = next;
    }

    /// <summary>A game's versions; null: none is known yet.</summary>
    public GameState? Find(string tenant, string game) => _games.GetValueOrDefault((tenant, game));
}
