using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Tests;

/// <summary>Definitions and actions for tests.</summary>
internal static class Games
{
    public static GameDefinition Hunt(uint needed, params string[] venues) =>
        Of(new QuestDefinition("hunt", "A hunt", new QuestType.ScavengerHunt(venues, needed)));

    public static GameDefinition Of(params QuestDefinition[] quests) => new(
        "city",
        "City",
        ClockPolicy.Trust,
        quests,
        [new RewardRule("points", quests[0].QuestId, TransitionKind.Step, "points", 10)],
        new Dictionary<string, uint> { ["points"] = 0 });

    public static PlayerAction CheckIn(int number, string venue, string game = "city", uint version = 1) =>
        Action(number, new ActionDetail.CheckIn(venue), game, version) with { Content = (ulong)venue.GetHashCode() };

    public static PlayerAction Action(int number, ActionDetail detail, string game = "city", uint version = 1) =>
        new(game, Id(number), 7, 1_000_000L * number, version, detail);

    public static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}

/// <summary>A player's stream in a test: given events, when a command, then events.</summary>
internal sealed class Stream(params GameDefinition[] versions)
{
    public PlayerState State { get; private set; } = new();

    public List<RunEvent> Log { get; } = [];

    public GameDefinition? At(uint version) =>
        version >= 1 && version <= versions.Length ? versions[version - 1] : null;

    public Stream Given(params PlayerAction[] actions)
    {
        foreach (PlayerAction action in actions)
        {
            When(action);
        }

        return this;
    }

    /// <summary>Decides and folds.</summary>
    public RunEvent[] When(PlayerAction action)
    {
        RunEvent[] events = RunDecider.Decide(action, State, At);
        foreach (RunEvent happened in events)
        {
            State.Evolve(happened);
            Log.Add(happened);
        }

        return events;
    }

    /// <summary>Another owner folds the log.</summary>
    public Stream Refolded()
    {
        var stream = new Stream(versions);
        foreach (RunEvent happened in Log)
        {
            stream.State.Evolve(happened);
            stream.Log.Add(happened);
        }

        return stream;
    }
}
