namespace Mesh.Quests.Core.Catalog;

/// <summary>The versions of one game: the fold of its stream. Owned by one loop.</summary>
public sealed class GameState
{
    private readonly List<GameDefinition?> versions = [];

    /// <summary>A game without a version.</summary>
    public GameState() => Versions = At;

    /// <summary>The newest version; 0: none.</summary>
    public ulong Version => (ulong)versions.Count;

    /// <summary>The newest definition; null: none.</summary>
    public GameDefinition? Definition => versions.Count == 0 ? null : versions[^1];

    /// <summary><see cref="At"/>, made once, to be handed to <see cref="Run.RunDecider"/>.</summary>
    public Func<uint, GameDefinition?> Versions { get; }

    /// <summary>The definition of a version; null: not known (yet).</summary>
    public GameDefinition? At(uint version) =>
        version >= 1 && version <= (uint)versions.Count ? versions[(int)version - 1] : null;

    /// <summary>Folds an event. A version that comes again, or out of order, ends in the same state.</summary>
    public void Evolve(CatalogEvent happened)
    {
        var published = (CatalogEvent.GamePublished)happened;
        ArgumentOutOfRangeException.ThrowIfZero(published.Version);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(published.Version, (ulong)int.MaxValue);
        while (Version < published.Version)
        {
            versions.Add(null);
        }

        versions[(int)published.Version - 1] = published.Definition;
    }
}
