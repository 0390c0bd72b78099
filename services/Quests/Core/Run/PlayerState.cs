using Mesh.Quests.Core.Run.Types;

namespace Mesh.Quests.Core.Run;

/// <summary>
/// A player's stream (<c>tenant/p/player</c>), folded: every game the player was in. Owned by one loop.
/// </summary>
public sealed class PlayerState
{
    private readonly List<GameRun> games = [];

    /// <summary>The player's runs, by game, in the order in which they appeared.</summary>
    public IReadOnlyList<GameRun> Games => games;

    /// <summary>The player's run of a game; null: the stream holds nothing of it.</summary>
    public GameRun? Find(string gameId)
    {
        // A player is in few games; a dictionary for each player would cost more than it saves.
        foreach (GameRun run in games)
        {
            if (run.GameId == gameId)
            {
                return run;
            }
        }

        return null;
    }

    /// <summary>Folds an event. It decides nothing: the event says what happened.</summary>
    public void Evolve(RunEvent happened)
    {
        GameRun? run = Find(happened.GameId);
        if (run is null)
        {
            run = new GameRun(happened.GameId);
            games.Add(run);
        }

        run.Evolve(happened);
    }
}

/// <summary>A player's run of one game.</summary>
public sealed class GameRun
{
    private readonly Dictionary<string, QuestState> quests = new(StringComparer.Ordinal);
    private readonly SeenActions seen = new();
    private HashSet<(Guid Id, ulong Content)>? reused;

    internal GameRun(string gameId) => GameId = gameId;

    /// <summary>The game.</summary>
    public string GameId { get; }

    /// <summary>The game's version that the run began under, with its first step; 0: it has not begun.</summary>
    public uint DefinitionVersion { get; private set; }

    /// <summary>How many events the run has.</summary>
    public ulong Version { get; private set; }

    /// <summary>How many distinct actions were answered.</summary>
    public int Actions => seen.Count;

    /// <summary>How many steps of a quest were reached.</summary>
    public int Steps(string questId) => quests.TryGetValue(questId, out QuestState? quest) ? quest.Steps : 0;

    /// <summary>Whether a quest is completed.</summary>
    public bool Completed(string questId) => quests.TryGetValue(questId, out QuestState? quest) && quest.Completed;

    internal QuestState? Quest(string questId) => quests.GetValueOrDefault(questId);

    internal bool HasSeen(Guid actionId, out ulong content) => seen.TryGet(actionId, out content);

    internal bool HasNotedReuse(Guid actionId, ulong content) => reused?.Contains((actionId, content)) ?? false;

    internal void Evolve(RunEvent happened)
    {
        Version = happened.RunVersion;
        if (happened.Outcome)
        {
            seen.Add(happened.ActionId, happened.Content);
        }

        switch (happened.Kind)
        {
            case TransitionKind.Step:
                DefinitionVersion = DefinitionVersion == 0 ? happened.DefinitionVersion : DefinitionVersion;
                if (!quests.TryGetValue(happened.QuestId, out QuestState? quest))
                {
                    quest = GameTypes.Begin(happened.StepKey);
                    quests.Add(happened.QuestId, quest);
                }

                quest.Apply(happened);
                break;
            case TransitionKind.Completed:
                quests[happened.QuestId].Complete();
                break;
            case TransitionKind.Noted when happened.Reason == NoteReasons.IdReused:
                (reused ??= []).Add((happened.ActionId, happened.Content));
                break;
            default:
                break;
        }
    }
}
