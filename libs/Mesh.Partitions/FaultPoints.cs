namespace Mesh.Partitions;

/// <summary>
/// Named places where tests, and only tests, crash, stall or fail a process. Nothing in a service sets the handler: a
/// test sets it, in its own process or by a startup hook in another one.
/// </summary>
public static class FaultPoints
{
    /// <summary>Every place, in the order of a partition's life.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        BeforeTake, AfterTake, BeforeRecover, AfterRecover, BeforeBeat, AfterBeat, BeforeCommit, AfterCommit,
        BeforeProduce, AfterProduce, BeforeRelayed, BeforeStates, AfterStates, BeforeRelease,
    ];

    internal const string BeforeTake = "before-take";
    internal const string AfterTake = "after-take";
    internal const string BeforeRecover = "before-recover";
    internal const string AfterRecover = "after-recover";
    internal const string BeforeBeat = "before-beat";
    internal const string AfterBeat = "after-beat";
    internal const string BeforeCommit = "before-commit";
    internal const string AfterCommit = "after-commit";
    internal const string BeforeProduce = "before-produce";
    internal const string AfterProduce = "after-produce";

    /// <summary>Before a commit that moves only offsets and what is relayed.</summary>
    internal const string BeforeRelayed = "before-relayed";
    internal const string BeforeStates = "before-states";
    internal const string AfterStates = "after-states";
    internal const string BeforeRelease = "before-release";

    /// <summary>
    /// Called at each place with its name; may end or stop the process, or throw, which counts as a failure of what is
    /// done there. Null: nothing happens.
    /// </summary>
    public static Action<string>? Handler { get; set; }

    internal static void Reach(string place) => Handler?.Invoke(place);
}
