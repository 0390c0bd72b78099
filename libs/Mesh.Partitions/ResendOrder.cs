namespace Mesh.Partitions;

/// <summary>What a reader misses: the origin sends again all that followed a position.</summary>
/// <param name="Store">The origin's store.</param>
/// <param name="Partition">The origin's partition.</param>
/// <param name="Topic">The topic on which it is missing.</param>
/// <param name="TopicPartition">The topic's partition.</param>
/// <param name="After">The last position that arrived; 0: none.</param>
public sealed record ResendOrder(Guid Store, int Partition, string Topic, int TopicPartition, long After);
