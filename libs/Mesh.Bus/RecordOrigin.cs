namespace Mesh.Bus;

/// <summary>What caused a record, kept from hop to hop: latency by hop, tokens, lineage.</summary>
/// <param name="ActionId">The id of the outside action at the root; empty: none.</param>
/// <param name="Lane">The lane by which it came in.</param>
/// <param name="Partition">The partition of the lane's topic.</param>
/// <param name="Offset">The offset in that partition.</param>
/// <param name="ReceivedUs">When the server received it, in microseconds since the epoch, UTC.</param>
public readonly record struct RecordRoot(Guid ActionId, int Lane, int Partition, long Offset, long ReceivedUs);

/// <summary>
/// Who sent a record, and what it sent to the same topic partition before: a reader that keeps the last position by
/// origin can tell a repeat (<c>Position</c> at or below it) from a gap (<c>Previous</c> above it).
/// </summary>
/// <param name="Store">The store whose log the record comes from.</param>
/// <param name="Partition">The log's partition.</param>
/// <param name="Position">The position in that log; upper 16 bits: the store's incarnation.</param>
/// <param name="Previous">The position this origin sent to this topic partition before; 0: none.</param>
/// <param name="Root">The outside action that caused it.</param>
public readonly record struct RecordOrigin(Guid Store, int Partition, ulong Position, ulong Previous, RecordRoot Root);
