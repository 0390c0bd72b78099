using System.Net;
using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;

namespace Mesh.Broker;

/// <summary>When a produced batch counts as written.</summary>
public enum BrokerFlush
{
    /// <summary>The operating system has it: it survives the end of the broker's process, not a power cut.</summary>
    OperatingSystem,

    /// <summary>
    /// The disk has it: it survives a power cut. Batches that arrive while the disk works are flushed together.
    /// </summary>
    Always,
}

/// <summary>The broker's settings; validated once, at start.</summary>
public sealed record BrokerOptions
{
    /// <summary>Where topics, records and committed offsets are kept. One broker at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where to listen; port 0 takes a free one. Loopback unless <see cref="AllowRemoteClients"/>.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Must be set to listen beyond loopback: there is neither encryption nor authentication.</summary>
    public bool AllowRemoteClients { get; init; }

    /// <summary>The host that clients are told; null: the address that they connected to.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>The port that clients are told, say a proxy's; null: the one that they connected to.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>Partitions of a topic that is created without saying how many.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Whether asking for an unknown topic creates it.</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>
    /// How much of the newest records is kept in memory for readers, over all topics, in bytes. Readers that are behind
    /// read files, which the system keeps in memory as well.
    /// </summary>
    public long MemoryLimitBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>The longest request accepted, in bytes; a longer one closes its connection.</summary>
    public int MaxRequestBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>When a batch is acknowledged.</summary>
    public BrokerFlush Flush { get; init; } = BrokerFlush.OperatingSystem;

    /// <summary>How often segments past their topic's retention are looked for.</summary>
    public TimeSpan RetentionCheck { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a new group's first rebalance waits for more members.</summary>
    public TimeSpan GroupInitialRebalanceDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The shortest session timeout that a group's member may ask for.</summary>
    public TimeSpan GroupMinSessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>The longest session timeout that a group's member may ask for.</summary>
    public TimeSpan GroupMaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The most members of a group.</summary>
    public int GroupMaxSize { get; init; } = 1000;

    /// <summary>How long committed offsets are kept that nobody reads on from.</summary>
    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often expired offsets are looked for.</summary>
    public TimeSpan OffsetsRetentionCheck { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest text that a client may commit with an offset, in bytes of UTF-8.</summary>
    public int OffsetMetadataMaxBytes { get; init; } = 4096;

    /// <summary>Configurations, under their names for topics, of every topic that does not set them itself.</summary>
    public IReadOnlyDictionary<string, string> TopicDefaults { get; init; } = new Dictionary<string, string>();

    /// <summary>The loopback port on which metrics are served, 0 for a free one; null: none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>How often logs are looked at for whether they are to be compacted.</summary>
    public TimeSpan CompactionCheck { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>An idempotent producer that has sent nothing to a partition for so long is forgotten there.</summary>
    public TimeSpan ProducerExpiry { get; init; } = TimeSpan.FromMilliseconds(Limits.ProducerExpiryMs);

    /// <summary>The clock for retention and for topics with log-append time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// These settings with one changed by its name in Apache Kafka's configuration, such as
    /// <c>log.retention.ms</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The setting is not honoured, or the value wrong; it says which.</exception>
    public BrokerOptions With(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        return BrokerSettings.Find(name).Write(this, value);
    }

    /// <summary>Flushes a file to the disk, for tests that count or stop it; null: as the system does it.</summary>
    internal Action<Microsoft.Win32.SafeHandles.SafeFileHandle>? FlushFile { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> with the name of the first setting that is wrong.</summary>
    public void Validate()
    {
        Check(!string.IsNullOrWhiteSpace(DataDirectory), nameof(DataDirectory), "must name a directory");
        Check(
            AllowRemoteClients || IPAddress.IsLoopback(Listen.Address),
            nameof(Listen),
            $"is {Listen.Address}, which is not loopback; set {nameof(AllowRemoteClients)} to serve other machines");
        Check(AdvertisedHost is null or { Length: > 0 }, nameof(AdvertisedHost), "must not be empty");
        Check(AdvertisedPort is null or (> 0 and <= 65535), nameof(AdvertisedPort), "must be from 1 to 65535");
        Check(
            DefaultPartitions is > 0 and <= Limits.MaxPartitionsPerTopic,
            nameof(DefaultPartitions),
            $"must be from 1 to {Limits.MaxPartitionsPerTopic}");
        Check(MemoryLimitBytes >= 0, nameof(MemoryLimitBytes), "must not be negative");
        Check(MaxRequestBytes >= 1024 * 1024, nameof(MaxRequestBytes), "must be at least 1048576");
        Check(
            RetentionCheck >= TimeSpan.FromMilliseconds(1) && RetentionCheck <= TimeSpan.FromDays(1),
            nameof(RetentionCheck),
            "must be from 1 ms to 1 day");
        CheckGroups();
        Check(MetricsPort is null or (>= 0 and <= 65535), nameof(MetricsPort), "must be from 0 to 65535");
        foreach ((string name, string value) in TopicDefaults)
        {
            string? refusal = TopicConfigs.Refusal(name, value);
            Check(refusal is null, nameof(TopicDefaults), $"is wrong: {refusal}");
        }

        Check(
            CompactionCheck >= TimeSpan.FromMilliseconds(1) && CompactionCheck <= TimeSpan.FromDays(1),
            nameof(CompactionCheck),
            "must be from 1 ms to 1 day");
        Check(ProducerExpiry >= TimeSpan.FromMilliseconds(1), nameof(ProducerExpiry), "must be at least 1 ms");
        Check(Enum.IsDefined(Flush), nameof(Flush), "must be OperatingSystem or Always");
    }

    internal GroupSettings ToGroupSettings() => new(
        (int)GroupInitialRebalanceDelay.TotalMilliseconds,
        (int)GroupMinSessionTimeout.TotalMilliseconds,
        (int)GroupMaxSessionTimeout.TotalMilliseconds,
        GroupMaxSize,
        (long)OffsetsRetention.TotalMilliseconds,
        (long)OffsetsRetentionCheck.TotalMilliseconds);

    private void CheckGroups()
    {
        TimeSpan day = TimeSpan.FromDays(1);
        Check(
            GroupInitialRebalanceDelay >= TimeSpan.Zero && GroupInitialRebalanceDelay <= day,
            nameof(GroupInitialRebalanceDelay),
            "must be from 0 to 1 day");
        Check(
            GroupMinSessionTimeout > TimeSpan.Zero && GroupMinSessionTimeout <= GroupMaxSessionTimeout,
            nameof(GroupMinSessionTimeout),
            $"must be above 0 and at most {nameof(GroupMaxSessionTimeout)}");
        Check(GroupMaxSessionTimeout <= day, nameof(GroupMaxSessionTimeout), "must be at most 1 day");
        Check(GroupMaxSize > 0, nameof(GroupMaxSize), "must be at least 1");
        Check(OffsetsRetention > TimeSpan.Zero, nameof(OffsetsRetention), "must be above 0");
        Check(
            OffsetsRetentionCheck >= TimeSpan.FromMilliseconds(1) && OffsetsRetentionCheck <= day,
            nameof(OffsetsRetentionCheck),
            "must be from 1 ms to 1 day");
        Check(OffsetMetadataMaxBytes >= 0, nameof(OffsetMetadataMaxBytes), "must not be negative");
    }

    private static void Check(bool valid, string setting, string problem)
    {
        if (!valid)
        {
            throw new ArgumentException($"Broker setting {setting} {problem}.", setting);
        }
    }
}
