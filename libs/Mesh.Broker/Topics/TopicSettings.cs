namespace Mesh.Broker.Topics;

/// <summary>A topic's configuration, as far as the log acts on it.</summary>
internal sealed record TopicSettings
{
    /// <summary>Whether old segments are deleted: cleanup.policy holds "delete".</summary>
    public required bool Deletes { get; init; }

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
        RetentionMs = TopicConfigs.Number(overrides, "retention.ms"),
        RetentionBytes = TopicConfigs.Number(overrides, "retention.bytes"),
        SegmentBytes = (int)TopicConfigs.Number(overrides, "segment.bytes"),
        SegmentMs = TopicConfigs.Number(overrides, "segment.ms"),
        MaxMessageBytes = (int)TopicConfigs.Number(overrides, "max.message.bytes"),
        LogAppendTime = TopicConfigs.Text(overrides, "message.timestamp.type") == "LogAppendTime",
    };
}
