namespace Mesh.EventStore;

/// <summary>A part of a state: what folding a partition's log up to a position gave for a key.</summary>
/// <param name="Key">The state's key, unique in its partition; without the character U+0000.</param>
/// <param name="Part">Which of the state's parts, from 0.</param>
/// <param name="Position">The last event that is in it. A row never goes back to an earlier position.</param>
/// <param name="Fold">The version of the code that folded it.</param>
/// <param name="Pinned">Whether a new owner wants it without asking by key.</param>
/// <param name="Damaged">The row does not match its checksum: its bytes are left out, the other values are as found.
/// Not looked at when a row is written.</param>
/// <param name="Bytes">The serialized state; the store does not look inside.</param>
public readonly record struct StateRow(
    string Key,
    int Part,
    long Position,
    int Fold,
    bool Pinned,
    bool Damaged,
    byte[] Bytes);

/// <summary>States of one partition to be written, and how far they reach.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Epoch">Written only if the partition still has this epoch.</param>
/// <param name="Rows">No key and part twice; none: only the checkpoint moves.</param>
/// <param name="Checkpoint">The partition's new checkpoint; a lower one than it has changes nothing.</param>
public sealed record StateWrite(int Partition, long Epoch, IReadOnlyList<StateRow> Rows, long Checkpoint);

/// <summary>The state rows of a partition at a glance; all zero when there are none.</summary>
/// <param name="Rows">How many there are.</param>
/// <param name="MinFold">The lowest fold of them.</param>
/// <param name="MaxFold">The highest fold of them.</param>
public readonly record struct StateSummary(long Rows, int MinFold, int MaxFold);

/// <summary>What a new owner needs of its partition.</summary>
/// <param name="Summary">Its saved states at a glance.</param>
/// <param name="Rows">All of them, where they are few; else the pinned ones. Ordered by key and part.</param>
/// <param name="Row">The partition's row, read after those.</param>
/// <param name="Tail">The log after the checkpoint, or after what is relayed where that is less, to its head.</param>
public sealed record PartitionSnapshot(
    StateSummary Summary, IReadOnlyList<StateRow> Rows, PartitionRow Row, IReadOnlyList<StoredEvent> Tail);
