using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run.Types;

namespace Mesh.Quests.Core.Run;

/// <summary>
/// Decides what an action earns its player. An action that the stream has seen decides nothing; every new one leaves
/// exactly one outcome, so nothing vanishes and a retry is safe for ever.
/// </summary>
public static class RunDecider
{
    /// <summary>
    /// The version of the game that an action is judged by: the one that the player's run began under, else the one
    /// that the action was accepted under. The caller waits until its catalog holds it.
    /// </summary>
    public static uint VersionFor(PlayerAction action, PlayerState state) =>
        Version(action, state.Find(action.GameId));

    /// <summary>The events of an action, in order; none: it was answered before.</summary>
    /// <param name="action">The action.</param>
    /// <param name="state">Its player's stream.</param>
    /// <param name="versions">The definitions of the action's game by version; null: not known.</param>
    /// <exception cref="InvalidOperationException">
    /// The version that <see cref="VersionFor"/> names is not known.
    /// </exception>
    public static RunEvent[] Decide(PlayerAction action, PlayerState state, Func<uint, GameDefinition?> versions)
    {
        GameRun? run = state.Find(action.GameId);
        if (run is not null && run.HasSeen(action.ActionId, out ulong content))
        {
            return content == action.Content || run.HasNotedReuse(action.ActionId, action.Content)
                ? []
                : [Noted(action, run, string.Empty, NoteReasons.IdReused) with { Outcome = false }];
        }

        uint version = Version(action, run);
        GameDefinition definition = versions(version) ?? throw new InvalidOperationException(
            $"Version {version} of game {action.GameId} is not known: the catalog must reach it first.");
        return Judge(action, run, version, definition);
    }

    private static uint Version(PlayerAction action, GameRun? run) =>
        run is { DefinitionVersion: > 0 } ? run.DefinitionVersion : checked((uint)action.CatalogVersion);

    private static RunEvent[] Judge(PlayerAction action, GameRun? run, uint version, GameDefinition definition)
    {
        Judgement noted = Judgement.NotApplicable;
        string notedQuest = string.Empty;
        RunEvent? first = null;
        List<RunEvent>? more = null;
        ulong runVersion = run?.Version ?? 0;
        foreach (QuestDefinition quest in definition.Quests)
        {
            Judgement judgement = GameTypes.Judge(quest.Type!, run?.Quest(quest.QuestId), action.Detail);
            if (!judgement.Earned)
            {
                // The reason given is that of the quest which came closest; of equals, the first.
                if (judgement.Closeness > noted.Closeness)
                {
                    (noted, notedQuest) = (judgement, quest.QuestId);
                }

                continue;
            }

            RunEvent step = new(
                action.GameId, quest.QuestId, version, ++runVersion, TransitionKind.Step, judgement.StepKey,
                string.Empty, action.EffectiveUs, action.ActionId, first is null, action.Content);
            if (first is null)
            {
                first = step;
            }
            else
            {
                (more ??= []).Add(step);
            }

            if (judgement.Completes)
            {
                (more ??= []).Add(step with
                {
                    RunVersion = ++runVersion,
                    Kind = TransitionKind.Completed,
                    StepKey = RunEvent.CompletedKey,
                    Outcome = false,
                });
            }
        }

        first ??= Noted(action, run, notedQuest, noted.Reason);
        return more is null ? [first] : [first, .. more];
    }

    private static RunEvent Noted(PlayerAction action, GameRun? run, string questId, string reason) =>
        new(
            action.GameId, questId, Version(action, run), (run?.Version ?? 0) + 1, TransitionKind.Noted, string.Empty,
            reason, action.EffectiveUs, action.ActionId, Outcome: true, action.Content);
}
