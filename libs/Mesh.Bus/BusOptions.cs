namespace Mesh.Bus;

/// <summary>Where the brokers are and who is asking.</summary>
public sealed record BusOptions
{
    /// <summary><c>host:port</c>, several separated by commas.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>Shown in the broker's logs and metrics: service and instance.</summary>
    public required string ClientId { get; init; }

    /// <summary>How long <see cref="TopicSetup"/> waits for a broker to answer and for its topics to appear.</summary>
    public TimeSpan BrokerWait { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>How a topic's record batches are compressed.</summary>
public enum BusCodec
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>LZ4: the cheapest for the CPU.</summary>
    Lz4,

    /// <summary>Snappy.</summary>
    Snappy,

    /// <summary>Zstandard: the smallest.</summary>
    Zstd,
}

/// <summary>What a topic must be like.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">Exactly so many.</param>
/// <param name="Codec">The codec in which the broker keeps the batches; producers use the same.</param>
/// <param name="Retention">
/// How long records are kept at least; null: the topic is compacted, it keeps the newest record of each key for ever.
/// </param>
public sealed record TopicDefinition(string Name, int Partitions, BusCodec Codec, TimeSpan? Retention);

/// <summary>Limits of one <see cref="BusProducer"/>.</summary>
public sealed record ProducerLimits
{
    /// <summary>
    /// How long to wait for more records before a batch is sent, in milliseconds; 0 batches by load alone.
    /// </summary>
    public double LingerMs { get; init; }

    /// <summary>
    /// So many unacknowledged records may be queued before <see cref="ProduceTarget.Produce"/> waits.
    /// </summary>
    public int QueueMaxMessages { get; init; } = 500_000;

    /// <summary>So many KiB may be queued before <see cref="ProduceTarget.Produce"/> waits.</summary>
    public int QueueMaxKbytes { get; init; } = 256 * 1024;
}
