using Mesh.Bus;
using Mesh.EventStore;

namespace Mesh.Partitions;

/// <summary>What became of an input.</summary>
public enum Verdict
{
    /// <summary>It is decided: its events, if any, are appended.</summary>
    Done,

    /// <summary>
    /// It cannot be decided yet, and nothing was appended: the partition waits with it, and with all that follows,
    /// until
    /// <see cref="PartitionHost{TProcessor}.Wake"/> is called.
    /// </summary>
    Wait,
}

/// <summary>A record of a topic, as a partition is given it: once, in the order of its topic partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The topic's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="Value">Its value.</param>
/// <param name="Root">The action that caused it, from its origin; default when it has none.</param>
public readonly record struct TopicRecord(string Topic, int Partition, long Offset, byte[] Value, RecordRoot Root);

/// <summary>
/// Takes the events that a decision came to. They are committed together, after what was appended before.
/// </summary>
public interface IEventAppender
{
    /// <summary>Appends one event.</summary>
    /// <param name="stream">The stream that it belongs to, whose state is in memory.</param>
    /// <param name="type">Its stored, versioned name.</param>
    /// <param name="body">Its serialized body; handed over: not to be written to any more.</param>
    /// <param name="root">The action that caused it.</param>
    /// <param name="target">Where it goes after the commit; null: nowhere.</param>
    void Append(string stream, string type, byte[] body, in RecordRoot root, EventTarget? target = null);
}

/// <summary>One part of a stream's saved state.</summary>
/// <param name="Part">0: the head, which changes; from 1: sealed parts, which never change.</param>
/// <param name="Bytes">What the processor wrote.</param>
public readonly record struct StatePart(int Part, byte[] Bytes);

/// <summary>Takes the parts of a stream's state.</summary>
public interface IStateWriter
{
    /// <summary>Writes a part; handed over: the bytes are not to be written to any more.</summary>
    void Write(int part, byte[] bytes);
}

/// <summary>
/// A service's part of one partition: it decides, and holds the state that its log folds to, by stream. An event
/// changes the state of its own stream and no other's, so that states can leave memory and come back. Called by one
/// thread at a time; does no I/O.
/// </summary>
public interface IPartitionProcessor
{
    /// <summary>
    /// Raised when <see cref="Fold"/>, <see cref="Save"/> or <see cref="Load"/> change their meaning: states saved
    /// under another version are rebuilt from the log.
    /// </summary>
    int FoldVersion { get; }

    /// <summary>
    /// The stream whose state deciding a record needs. When that is in memory, <see cref="Process"/> follows with the
    /// same record.
    /// </summary>
    string StreamOf(in TopicRecord record);

    /// <summary>Decides a record, in the record's stream and pinned ones.</summary>
    Verdict Process(in TopicRecord record, IEventAppender appender);

    /// <summary>
    /// Folds an event of the log into its stream's state, which is loaded or new. What <see cref="Process"/> and
    /// commands append later they fold themselves, as they decide.
    /// </summary>
    void Fold(in StoredEvent stored);

    /// <summary>
    /// An event is durable: called in order for each, at start after <see cref="Fold"/> and then after each commit.
    /// For what readers may see.
    /// </summary>
    void Committed(in StoredEvent stored)
    {
    }

    /// <summary>Whether a stream's state is loaded at start and never leaves memory.</summary>
    bool IsPinned(string stream) => false;

    /// <summary>
    /// Writes a stream's state: the head, and those sealed parts that were not written since they were sealed or
    /// loaded.
    /// </summary>
    void Save(string stream, IStateWriter to);

    /// <summary>Takes a stream's state as it was saved; the stream is not in memory.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="parts">All its parts, in order.</param>
    void Load(string stream, IReadOnlyList<StatePart> parts);

    /// <summary>A stream's state leaves memory. There may be none.</summary>
    void Unload(string stream);

    /// <summary>
    /// Called once, in the loop: what it holds may be seen from now on.
    /// </summary>
    /// <param name="before">The processor of the same partition that it replaces; null: there is none.</param>
    void Started(IPartitionProcessor? before)
    {
    }
}
