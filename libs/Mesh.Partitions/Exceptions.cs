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
