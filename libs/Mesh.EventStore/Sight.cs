namespace Mesh.EventStore;

/// <summary>What an instance says of itself with each beat.</summary>
/// <param name="Instance">Its id, new with each start.</param>
/// <param name="Address">Where the others reach it.</param>
/// <param name="Counter">Raised by each beat: one that stands still is of an instance that has stopped or is cut off.
/// A crash of the database may take back the last beats.</param>
/// <param name="Rates">By partition, events a second.</param>
public sealed record InstanceRow(Guid Instance, string Address, long Counter, float[] Rates);

/// <summary>Who owns a partition.</summary>
/// <param name="Partition">Its number, from 0.</param>
/// <param name="Owner">The instance; null: it is free.</param>
/// <param name="Epoch">The fence; it rises with each take and never falls.</param>
public sealed record PartitionOwner(int Partition, Guid? Owner, long Epoch);

/// <summary>What one look at the database shows of instances and ownership.</summary>
/// <param name="Instances">Ordered by id; those that have stopped included.</param>
/// <param name="Partitions">All, in order; read after the instances.</param>
public sealed record Sight(IReadOnlyList<InstanceRow> Instances, IReadOnlyList<PartitionOwner> Partitions);
