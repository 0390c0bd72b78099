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

    /// <summary>
    /// Begins a run as it was kept: what it had reached is added to it by <see cref="GameRun"/>'s own methods.
    /// </summary>
    /// <exception cref="ArgumentException">The run is there already.</exception>
    public GameRun Restore(string gameId, uint definitionVersion, ulong version)
    {
        if (Find(gameId) is not null)
        {
            throw new ArgumentException($"The run of game {gameId} is there already.", nameof(gameId));
        }

        GameRun run = new(gameId, definitionVersion, version);
        games.Add(run);
        return run;
    }

    /// <summary>Folds an event. It decides nothing: the event says what happened.</summary>
    public void Evolve(RunEvent happened)
    {
        GameRun? run = Find(happened.GameId);
        if (run is null)
        {
            run = new GameRun(happened.GameId, 0, 0);
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

    internal GameRun(string gameId, uint definitionVersion, ulong version) =>
        (GameId, DefinitionVersion, Version) = (gameId, definitionVersion, version);

    /// <summary>The game.</summary>
    public string GameId { get; }

    /// <summary>The game's version that the run began under, with its first step; 0: it has not begun.</summary>
    public uint DefinitionVersion { get; private set; }

    /// <summary>How many events the run has.</summary>
    public ulong Version { get; private set; }

    /// <summary>How many distinct actions were answered.</summary>
    public int Actions => seen.Count;

    /// <summary>How many chunks of answered actions are full: they never change again.</summary>
    public int FullChunks => seen.FullChunks;

    /// <summary>Actions that were answered and then named again for other contents.</summary>
    public IReadOnlyCollection<(Guid Id, ulong Content)> Reused => reused ?? [];

    /// <summary>
    /// The quests that have begun, and the steps reached, in an order in which they may be restored. A copy.
    /// </summary>
    public IReadOnlyList<(string QuestId, bool Completed, IReadOnlyCollection<string> StepKeys)> Quests =>
        [.. quests.Select(quest => (quest.Key, quest.Value.Completed, quest.Value.StepKeys))];

    /// <summary>A chunk of answered actions, in order; the one after the full ones holds the rest.</summary>
    public SeenChunk Chunk(int number) => seen.Chunk(number);

    /// <summary>How many steps of a quest were reached.</summary>
    public int Steps(string questId) => quests.TryGetValue(questId, out QuestState? quest) ? quest.Steps : 0;

    /// <summary>Whether a quest is completed.</summary>
    public bool Completed(string questId) => quests.TryGetValue(questId, out QuestState? quest) && quest.Completed;

    /// <summary>Adds actions as they were kept.</summary>
    public void Restore(SeenChunk actions)
    {
        for (int i = 0; i < actions.Ids.Length; i++)
        {
            seen.Add(actions.Ids[i], actions.Contents[i]);
        }
    }

    /// <summary>Adds a reuse as it was kept.</summary>
    public void Restore(Guid reusedId, ulong content) => (reused ??= []).Add((reusedId, content));

    /// <summary>Adds a quest as it was kept: at least one step.</summary>
    public void Restore(string questId, bool completed, IReadOnlyList<string> stepKeys)
    {
        QuestState quest = GameTypes.Begin(stepKeys[0]);
        foreach (string stepKey in stepKeys)
        {
            quest.Apply(stepKey);
        }

        if (completed)
        {
            quest.Complete();
        }

        quests.Add(questId, quest);
    }

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

                quest.Apply(happened.StepKey);
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
