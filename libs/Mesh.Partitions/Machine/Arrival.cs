using Mesh.Bus;

namespace Mesh.Partitions.Machine;

/// <summary>A record as it came from a topic, with its origin when it was relayed.</summary>
internal readonly record struct Arrival(string Topic, int Partition, long Offset, byte[] Value, RecordOrigin? Origin)
{
    /// <summary>Its key; null: it has none.</summary>
    public byte[]? Key { get; init; }

    /// <summary>Why it cannot be read; null: it can.</summary>
    public string? Damage { get; init; }

    public RecordId Id => new(Topic, Partition, Offset);
}

/// <summary>A command that waits for states.</summary>
internal readonly record struct WaitingCommand(
    IReadOnlyCollection<string> Streams, Action<IPartitionProcessor, IEventAppender> Command, Action<bool> Release);
