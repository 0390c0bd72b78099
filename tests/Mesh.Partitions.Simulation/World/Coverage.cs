namespace Mesh.Partitions.Simulation.World;

/// <summary>What happened in a world, counted: a fault that never happens is a mistake of the world.</summary>
internal enum Happening
{
    Crash,
    Stall,
    Stop,
    Join,
    DatabaseStall,
    SessionFailed,
    AnswerLost,
    AppliedAfterAnswer,
    RecordLost,
    ZombieRecord,
    Refusal,
    Take,
    TakeRefused,
    TakenFromLiving,
    Commit,
    Fence,
    UnknownCommit,
    StatesWritten,
    StatesFenced,
    StateRowNotBackwards,
    Load,
    Eviction,
    Rebuild,
    RowsDeleted,
    RowDamaged,
    RowOfOlderFold,
    Gap,
    ResendAsked,
    Resent,
    Rewind,
    Repeat,
    OldAssignment,
    Waited,
    Release,
    Forget,
    FreshAnswer,
    FreshAfterTake,
    StaleAnswer,
    CommandAnswered,
    CallFailed,
    CalmWorld,
}

/// <summary>How often each thing happened.</summary>
internal sealed class Coverage
{
    private readonly long[] _counts = new long[Enum.GetValues<Happening>().Length];

    public long this[Happening happening] => _counts[(int)happening];

    public void Count(Happening happening) => _counts[(int)happening]++;

    public void Add(Coverage other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }
}
