namespace Mesh.Quests.Core.Catalog;

/// <summary>What happened in a game's stream.</summary>
public abstract record CatalogEvent
{
    private CatalogEvent()
    {
    }

    /// <summary>A version was published; it never changes.</summary>
    /// <param name="Version">The game's own 1, 2, 3, …</param>
    /// <param name="Definition">The game, whole.</param>
    public sealed record GamePublished(ulong Version, GameDefinition Definition) : CatalogEvent;
}

/// <summary>The answer to a <see cref="CatalogCommand"/>. Every case is normal traffic.</summary>
public abstract record CatalogDecision
{
    private CatalogDecision()
    {
    }

    /// <summary>A version is to be published.</summary>
    public sealed record Published(CatalogEvent.GamePublished Event) : CatalogDecision;

    /// <summary>The same was done before: nothing happens, and this is the game as it is now.</summary>
    public sealed record AlreadyDone(ulong Version, GameDefinition Definition) : CatalogDecision;

    /// <summary>The command is refused.</summary>
    /// <param name="Code">One of <see cref="CatalogCodes"/>: definition, existence or version.</param>
    /// <param name="Field">The (first) field at fault.</param>
    /// <param name="Message">A sentence for people.</param>
    /// <param name="Problems">Everything that is wrong in the definition; empty under the other codes.</param>
    public sealed record Refused(
        string Code, string Field, string Message, IReadOnlyList<DefinitionProblem> Problems) : CatalogDecision;
}
