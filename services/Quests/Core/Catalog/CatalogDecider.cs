namespace Mesh.Quests.Core.Catalog;

/// <summary>
/// Decides what a game's stream publishes. A command that is sent again changes nothing and is answered alike.
/// </summary>
public static class CatalogDecider
{
    /// <summary>The answer to a command, given the stream of the definition's slug.</summary>
    public static CatalogDecision Decide(CatalogCommand command, GameState state)
    {
        // 1. What was done before is answered first: a retry is safe even when today's rules are stricter.
        if (WasDone(command, state) && state.Definition is { } current)
        {
            return new CatalogDecision.AlreadyDone(state.Version, current);
        }

        // 2. A definition that contradicts itself is refused before the version is looked at: it can never succeed.
        IReadOnlyList<DefinitionProblem> problems = DefinitionValidation.Problems(command.Definition);
        if (problems.Count > 0)
        {
            return new CatalogDecision.Refused(
                CatalogCodes.DefinitionInvalid, problems[0].Field, problems[0].Message, problems);
        }

        // 3. The newest version must be the one that the sender has seen.
        return command switch
        {
            CatalogCommand.CreateGame when state.Version > 0 => new CatalogDecision.Refused(
                CatalogCodes.GameExists, "slug", "The slug is taken by a game with other contents.", []),
            CatalogCommand.PutGame put when put.ExpectedVersion != state.Version => new CatalogDecision.Refused(
                CatalogCodes.VersionConflict, "expected_version", $"The newest version is {state.Version}.", []),
            _ => new CatalogDecision.Published(
                new CatalogEvent.GamePublished(state.Version + 1, command.Definition)),
        };
    }

    // The newest version says the same, or the version that this very command made does.
    private static bool WasDone(CatalogCommand command, GameState state)
    {
        GameDefinition? made = command switch
        {
            CatalogCommand.PutGame put when put.ExpectedVersion < state.Version =>
                state.At((uint)put.ExpectedVersion + 1),
            CatalogCommand.CreateGame => state.At(1),
            _ => null,
        };
        return command.Definition.Equals(state.Definition) || command.Definition.Equals(made);
    }
}
