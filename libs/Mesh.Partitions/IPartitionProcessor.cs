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
    /// <param name="stream">The stream that it belongs to.</param>
    /// <param name="type">Its stored, versioned name.</param>
    /// <param name="body">Its serialized body; handed over: not to be written to any more.</param>
    /// <param name="root">The action that caused it.</param>
    /// <param name="target">Where it goes after the commit; null: nowhere.</param>
    void Append(string stream, string type, byte[] body, in RecordRoot root, EventTarget? target = null);
}

/// <summary>
/// A service's part of one partition: it decides, and holds the state that its log folds to. Called by one thread at
/// a time; does no I/O.
/// </summary>
public interface IPartitionProcessor
{
    /// <summary>
    /// Folds an event of the log into the state, at start. What <see cref="Process"/> and commands append later they
    /// fold themselves, as they decide.
    /// </summary>
    void Fold(in StoredEvent stored);

    /// <summary>Decides a record.</summary>
    Verdict Process(in TopicRecord record, IEventAppender appender);

    /// <summary>
    /// An event is durable: called in order for each, at start after <see cref="Fold"/> and then after each commit.
    /// For what readers may see.
    /// </summary>
    void Committed(in StoredEvent stored)
    {
    }
}
