namespace Mesh.Quests.Core.Catalog;

/// <summary>What is wrong in a definition, and where.</summary>
/// <param name="Code">One of <see cref="CatalogCodes"/>.</param>
/// <param name="Field">The path of the field as the contract names it: <c>quests[1].quest_id</c>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record DefinitionProblem(string Code, string Field, string Message);

/// <summary>The stable codes of refusals, as the contract spells them.</summary>
public static class CatalogCodes
{
    /// <summary>An id is missing.</summary>
    public const string IdEmpty = "ID_EMPTY";

    /// <summary>An id is not <c>[A-Za-z0-9._~-]{1,64}</c>.</summary>
    public const string IdMalformed = "ID_MALFORMED";

    /// <summary>A definition contradicts itself or passes a limit.</summary>
    public const string DefinitionInvalid = "DEFINITION_INVALID";

    /// <summary>The slug is taken by a game with other contents.</summary>
    public const string GameExists = "GAME_EXISTS";

    /// <summary>Another version was published meanwhile.</summary>
    public const string VersionConflict = "VERSION_CONFLICT";
}
