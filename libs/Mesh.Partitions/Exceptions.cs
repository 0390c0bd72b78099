namespace Mesh.Partitions;

/// <summary>
/// The partition cannot answer now, or the outcome is unknown; the same call may succeed in a moment.
/// </summary>
public sealed class PartitionUnavailableException(string message) : Exception(message);

/// <summary>Another instance owns the partition.</summary>
public sealed class NotOwnerException(int partition, string? address)
    : Exception($"Partition {partition} is owned by {address ?? "nobody yet"}.")
{
    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>Where its owner answers; null: it has none now.</summary>
    public string? Address { get; } = address;
}

/// <summary>
/// The brokers are not the Kafka cluster that the offsets in the service's database belong to.
/// </summary>
public sealed class ClusterChangedException(string remembered, string found, string bootstrapServers)
    : Exception(
        $"The database belongs to Kafka cluster {remembered}, but the brokers at {bootstrapServers} are cluster "
        + $"{found}: the offsets in the database say nothing of that one's topics.")
{
    /// <summary>The cluster that the database belongs to.</summary>
    public string Remembered { get; } = remembered;

    /// <summary>The cluster that answers.</summary>
    public string Found { get; } = found;
}
