namespace Mesh.Partitions.Machine;

/// <summary>What a machine holds and when it saves; tests and simulations have smaller ones.</summary>
internal sealed record MachineLimits
{
    /// <summary>Events of a page; a decision that began below it is completed.</summary>
    public int PageEvents { get; init; } = Limits.PageEvents;

    /// <summary>States in memory, above which unchanged ones leave.</summary>
    public int ResidentStates { get; init; } = Limits.ResidentStates;

    /// <summary>A partition with no more states than this has all of them loaded at start.</summary>
    public int EagerStates { get; init; } = Limits.EagerStates;

    /// <summary>States written by one statement.</summary>
    public int SliceStates { get; init; } = Limits.SliceStates;

    /// <summary>Events after the last checkpoint that make the next one due.</summary>
    public int CheckpointEvents { get; init; } = Limits.CheckpointEvents;

    /// <summary>Time after the last checkpoint that makes the next one due, when something has changed.</summary>
    public TimeSpan CheckpointAge { get; init; } = Limits.CheckpointAge;
}
