using System.Globalization;

namespace Mesh.Broker.Topics;

/// <summary>A topic's configuration, as far as the log acts on it.</summary>
internal sealed record TopicSettings
{
    /// <summary>Whether old segments are deleted: cleanup.policy holds "delete".</summary>
    public required bool Deletes { get; init; }

    /// <summary>Whether only the last record of each key is kept: cleanup.policy holds "compact".</summary>
    public required bool Compacts { get; init; }

    /// <summary>A log is compacted when more than this share of it has not been.</summary>
    public required double MinCleanableRatio { get; init; }

    /// <summary>A record younger than this is not compacted away.</summary>
    public required long MinCompactionLagMs { get; init; }

    /// <summary>A record older than this is compacted, whatever the share.</summary>
    public required long MaxCompactionLagMs { get; init; }

    /// <summary>So long a tombstone stays after its key was compacted away.</summary>
    public required long DeleteRetentionMs { get; init; }

    public required long RetentionMs { get; init; }

    public required long RetentionBytes { get; init; }

    public required int SegmentBytes { get; init; }

    public required long SegmentMs { get; init; }

    public required int MaxMessageBytes { get; init; }

    /// <summary>Whether records get the time of their arrival instead of the producer's.</summary>
    public required bool LogAppendTime { get; init; }

    public static TopicSettings From(IReadOnlyDictionary<string, string> overrides) => new()
    {
        Deletes = TopicConfigs.Text(overrides, "cleanup.policy").Contains("delete", StringComparison.Ordinal),
        Compacts = TopicConfigs.Text(overrides, "cleanup.policy").Contains("compact", StringComparison.Ordinal),
        MinCleanableRatio = double.Parse(
            TopicConfigs.Text(overrides, "min.cleanable.dirty.ratio"), CultureInfo.InvariantCulture),
        MinCompactionLagMs = TopicConfigs.Number(overrides, "min.compaction.lag.ms"),
        MaxCompactionLagMs = TopicConfigs.Number(overrides, "max.compaction.lag.ms"),
        DeleteRetentionMs = TopicConfigs.Number(overrides, "delete.retention.ms"),
        RetentionMs = TopicConfigs.Number(overrides, "retention.ms"),
        RetentionBytes = TopicConfigs.Number(overrides, "retention.bytes"),
        SegmentBytes = (int)TopicConfigs.Number(overrides, "segment.bytes"),
        SegmentMs = TopicConfigs.Number(overrides, "segment.ms"),
        MaxMessageBytes = (int)TopicConfigs.Number(overrides, "max.message.bytes"),
        LogAppendTime = TopicConfigs.Text(overrides, "message.timestamp.type") == "LogAppendTime",
    };
}
