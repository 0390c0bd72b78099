namespace Mesh.Quests.Core.Run;

/// <summary>
/// What became of an action in its player's stream. Every new action leaves exactly one event with
/// <paramref name="Outcome"/>, the first one; the others say what else it earned or completed.
/// </summary>
/// <param name="GameId">The game.</param>
/// <param name="QuestId">The quest; empty: no quest in particular.</param>
/// <param name="DefinitionVersion">The game's version that decided.</param>
/// <param name="RunVersion">The count of the player's events in the game, this one included.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="StepKey">This occurrence of the step (<c>venue/11711</c>, <c>completed</c>); empty when noted.</param>
/// <param name="Reason">One of <see cref="NoteReasons"/> when noted; else empty.</param>
/// <param name="EffectiveUs">The action's effective time.</param>
/// <param name="ActionId">The action.</param>
/// <param name="Outcome">This is the one answer to its action.</param>
/// <param name="Content">The hash of what the client sent.</param>
public sealed record RunEvent(
    string GameId,
    string QuestId,
    uint DefinitionVersion,
    ulong RunVersion,
    TransitionKind Kind,
    string StepKey,
    string Reason,
    long EffectiveUs,
    Guid ActionId,
    bool Outcome,
    ulong Content)
{
    /// <summary>The step key of every completion.</summary>
    public const string CompletedKey = "completed";
}
