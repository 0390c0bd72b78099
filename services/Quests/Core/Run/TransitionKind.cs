namespace Mesh.Quests.Core.Run;

/// <summary>What became of a run. The numbers are those of the contract.</summary>
public enum TransitionKind
{
    /// <summary>Never decided.</summary>
    Unspecified = 0,

    /// <summary>The run began.</summary>
    Started = 1,

    /// <summary>A step was reached.</summary>
    Step = 2,

    /// <summary>The quest was completed.</summary>
    Completed = 3,

    /// <summary>The quest was failed.</summary>
    Failed = 4,

    /// <summary>The time ran out.</summary>
    Expired = 5,

    /// <summary>The action earned nothing; the reason says why.</summary>
    Noted = 6,

    /// <summary>What was earned is taken back.</summary>
    Voided = 7,

    /// <summary>A team's or a zone's stream decides.</summary>
    PassedOn = 8,
}
