using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// What an instance asks of the world: database, broker, clock. Nothing here blocks. Every answer comes later, in the
/// loop, at most once; null stands for a failure whose outcome is unknown. So a simulation can stand in for the world.
/// </summary>
internal interface IInstanceIo
{
    /// <summary>Milliseconds of a clock that never goes back.</summary>
    long Now { get; }

    /// <summary>Raises this instance's counter, then looks.</summary>
    void Beat(float[] rates, Action<Sight?> answered);

    /// <summary>Reads who is there and who owns what.</summary>
    void Look(Action<Sight?> answered);

    /// <summary>Takes a partition from who was seen to own it.</summary>
    void Take(PartitionOwner seen, long? counter, Action<TakeAnswer> answered);

    /// <summary>Gives a partition up.</summary>
    void Release(int partition, long epoch, Action done);

    /// <summary>Gives up all that is owned, and the instance's row.</summary>
    void Leave(Action done);

    /// <summary>Removes the row of an instance that is gone.</summary>
    void Forget(Guid instance, long counter);

    /// <summary>
    /// Makes a partition's machine from the database, away from the loop, as its owner under an epoch or, without one,
    /// as a follower.
    /// </summary>
    void Recover(int partition, long? epoch, Action<PartitionMachine?> answered);

    /// <summary>Commits pages, in order of their partitions.</summary>
    void Commit(IReadOnlyList<PageWrite> pages, Action<CommitAnswer?> answered);

    /// <summary>Reads all parts of some streams' states.</summary>
    void ReadStates(int partition, IReadOnlyCollection<string> streams, Action<IReadOnlyList<StateRow>?> answered);

    /// <summary>Reads those events of the log that a filter wants, up to a position.</summary>
    void ReadEvents(
        int partition, long after, long through, Predicate<StoredEvent> wanted,
        Action<IReadOnlyList<StoredEvent>?> answered);

    /// <summary>Writes states behind the log; the answer is false when the epoch has moved on.</summary>
    void WriteStates(StateWrite write, Action<bool?> answered);

    /// <summary>Reads a topic partition from a place on; returns the assignment's number.</summary>
    int Assign(int lane, int partition, InputPlace from);

    /// <summary>Reads a topic partition no longer.</summary>
    void Unassign(int lane, int partition);

    /// <summary>Holds an assigned topic partition back, or goes on with it; what was fetched still comes.</summary>
    void Pause(int lane, int partition, bool paused);

    /// <summary>
    /// Hands an event to the producer of its target. What is counted is acknowledged later, in order by target, by
    /// <see cref="Tenure.Acknowledge"/>.
    /// </summary>
    void Send(Tenure tenure, in StoredEvent stored, bool counted);

    /// <summary>A tenure ends: nothing is sent for it or acknowledged to it any more.</summary>
    void Close(Tenure tenure);

    /// <summary>Asks the owner of an origin to send again what follows a position.</summary>
    void AskResend(ResendOrder order);

    /// <summary>Something happened that people should know of.</summary>
    void Report(Notice notice, int partition, string detail);
}

/// <summary>What came of taking a partition.</summary>
/// <param name="Epoch">The new epoch; null: not taken, or not known.</param>
/// <param name="Failed">The outcome is unknown.</param>
internal readonly record struct TakeAnswer(long? Epoch, bool Failed);

/// <summary>What an instance reports.</summary>
internal enum Notice
{
    /// <summary>A partition is served from now on.</summary>
    Serving,

    /// <summary>A partition was given up or lost.</summary>
    Ended,

    /// <summary>A partition failed and starts over.</summary>
    StartingOver,

    /// <summary>A record that an origin sent is missing; it was asked to send again.</summary>
    RecordLost,

    /// <summary>Saved states did not match the log and are rebuilt from it.</summary>
    Rebuilding,

    /// <summary>A record failed too often: it goes to the dead letters.</summary>
    Buried,
}
