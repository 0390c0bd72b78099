using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Mesh.Contracts.Events.V1;

namespace Mesh.Contracts;

/// <summary>
/// The games that <c>quest.v1.catalog</c> tells of, all versions: what every service but Quests knows of games. One
/// writer, any number of readers.
/// </summary>
public sealed class GameTable
{
    private readonly ConcurrentDictionary<(string Tenant, string Game), GamePublished[]> _games = new();

    /// <summary>Takes a record of the topic.</summary>
    public void Apply(byte[] record)
    {
        GamePublished published = GamePublished.Parser.ParseFrom(record);
        _games.AddOrUpdate(
            (published.Tenant, published.GameId),
            static (_, added) => [added],
            static (_, versions, added) => With(versions, added),
            published);
    }

    /// <summary>The newest version of a game.</summary>
    public bool TryNewest(string tenant, string game, [NotNullWhen(true)] out GamePublished? newest)
    {
        newest = _games.TryGetValue((tenant, game), out GamePublished[]? versions) ? versions[^1] : null;
        return newest is not null;
    }

    /// <summary>One version of a game.</summary>
    public bool TryVersion(string tenant, string game, ulong version, [NotNullWhen(true)] out GamePublished? found)
    {
        found = null;
        if (_games.TryGetValue((tenant, game), out GamePublished[]? versions))
        {
            foreach (GamePublished candidate in versions)
            {
                found = candidate.Version == version ? candidate : found;
            }
        }

        return found is not null;
    }

    private static GamePublished[] With(GamePublished[] versions, GamePublished added) =>
        [.. versions.Where(v => v.Version != added.Version).Append(added).OrderBy(v => v.Version)];
}
