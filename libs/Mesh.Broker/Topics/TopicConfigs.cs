using System.Globalization;

namespace Mesh.Broker.Topics;

/// <summary>The types of configuration values, as DescribeConfigs numbers them.</summary>
internal enum ConfigType : sbyte
{
    Boolean = 1,
    Text = 2,
    Int = 3,
    Long = 5,
    Decimal = 6,
    List = 7,
}

/// <summary>One configuration that a topic can have.</summary>
/// <param name="Name">Apache Kafka's name for it.</param>
/// <param name="Type">How its value is written.</param>
/// <param name="Default">The value of a topic that sets none, as on Apache Kafka 4.</param>
/// <param name="Minimum">The least number allowed.</param>
/// <param name="Choices">The texts allowed; null: any.</param>
internal sealed record ConfigDefinition(
    string Name, ConfigType Type, string Default, long Minimum = 0, string[]? Choices = null);

/// <summary>
/// The topic configurations that are known, with Apache Kafka's names and defaults. Those that the log acts on are in
/// <see cref="TopicSettings"/>; the others are accepted, kept and described, so that tools and set-up code written for
/// Apache Kafka work. compression.type is one of them: batches are always stored as they were produced.
/// </summary>
internal static class TopicConfigs
{
    private static readonly string[] Booleans = ["true", "false"];

    public static readonly IReadOnlyDictionary<string, ConfigDefinition> Known = new ConfigDefinition[]
    {
        new("cleanup.policy", ConfigType.List, "delete", Choices: ["delete", "compact"]),
        new("compression.type", ConfigType.Text, "producer",
            Choices: ["producer", "uncompressed", "none", "gzip", "snappy", "lz4", "zstd"]),
        new("delete.retention.ms", ConfigType.Long, "86400000"),
        new("file.delete.delay.ms", ConfigType.Long, "60000"),
        new("flush.messages", ConfigType.Long, "9223372036854775807", 1),
        new("flush.ms", ConfigType.Long, "9223372036854775807"),
        new("index.interval.bytes", ConfigType.Int, "4096"),
        new("max.compaction.lag.ms", ConfigType.Long, "9223372036854775807", 1),
        new("max.message.bytes", ConfigType.Int, "1048588"),
        new("message.timestamp.after.max.ms", ConfigType.Long, "3600000"),
        new("message.timestamp.before.max.ms", ConfigType.Long, "9223372036854775807"),
        new("message.timestamp.type", ConfigType.Text, "CreateTime", Choices: ["CreateTime", "LogAppendTime"]),
        new("min.cleanable.dirty.ratio", ConfigType.Decimal, "0.5"),
        new("min.compaction.lag.ms", ConfigType.Long, "0"),
        new("min.insync.replicas", ConfigType.Int, "1", 1),
        new("preallocate", ConfigType.Boolean, "false", Choices: Booleans),
        new("retention.bytes", ConfigType.Long, "-1", -1),
        new("retention.ms", ConfigType.Long, "604800000", -1),
        new("segment.bytes", ConfigType.Int, "1073741824", 1024),
        new("segment.index.bytes", ConfigType.Int, "10485760", 4),
        new("segment.jitter.ms", ConfigType.Long, "0"),
        new("segment.ms", ConfigType.Long, "604800000", 1),
        new("unclean.leader.election.enable", ConfigType.Boolean, "false", Choices: Booleans),
    }.ToDictionary(d => d.Name, StringComparer.Ordinal);

    public static string Text(IReadOnlyDictionary<string, string> overrides, string name) =>
        overrides.TryGetValue(name, out string? value) ? value : Known[name].Default;

    public static long Number(IReadOnlyDictionary<string, string> overrides, string name) =>
        long.Parse(Text(overrides, name), CultureInfo.InvariantCulture);

    /// <summary>Why a value cannot be set; null when it can.</summary>
    public static string? Refusal(string name, string? value)
    {
        if (!Known.TryGetValue(name, out ConfigDefinition? known))
        {
            return $"Unknown topic config name: {name}";
        }

        if (value is null)
        {
            return $"{name} needs a value";
        }

        bool valid = known.Type switch
        {
            ConfigType.Int => int.TryParse(value, CultureInfo.InvariantCulture, out int n) && n >= known.Minimum,
            ConfigType.Long => long.TryParse(value, CultureInfo.InvariantCulture, out long n) && n >= known.Minimum,
            ConfigType.Decimal =>
                double.TryParse(value, CultureInfo.InvariantCulture, out double d) && d is >= 0 and <= 1,
            ConfigType.List => value.Split(',').All(part => known.Choices!.Contains(part.Trim())),
            _ => known.Choices is null || known.Choices.Contains(value),
        };
        return valid ? null : $"Invalid value {value} for configuration {name}";
    }
}
