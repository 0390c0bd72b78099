using System.Net;

namespace Mesh.Broker;

/// <summary>When a produced batch counts as written.</summary>
public enum BrokerFlush
{
    /// <summary>The operating system has it: it survives the end of the broker's process, not a power cut.</summary>
    OperatingSystem,

    /// <summary>The disk has it: it survives a power cut, at the price of a flush for every batch.</summary>
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

    /// <summary>How much of the newest records is kept in memory for readers, over all topics, in bytes.</summary>
    public long MemoryLimitBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The longest request accepted, in bytes; a longer one closes its connection.</summary>
    public int MaxRequestBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>When a batch is acknowledged.</summary>
    public BrokerFlush Flush { get; init; } = BrokerFlush.OperatingSystem;

    /// <summary>How often segments past their topic's retention are looked for.</summary>
    public TimeSpan RetentionCheck { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock for retention and for topics with log-append time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

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
        Check(Enum.IsDefined(Flush), nameof(Flush), "must be OperatingSystem or Always");
    }

    private static void Check(bool valid, string setting, string problem)
    {
        if (!valid)
        {
            throw new ArgumentException($"Broker setting {setting} {problem}.", setting);
        }
    }
}
