using System.Globalization;
using Mesh.Broker.Topics;

namespace Mesh.Broker.Server;

/// <summary>A setting of the broker under Apache Kafka's name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">How its value is written.</param>
/// <param name="Default">Its value when nobody sets it.</param>
/// <param name="Read">Its value in options.</param>
/// <param name="Write">Options with another value; <see cref="ArgumentException"/> for a wrong one.</param>
internal sealed record BrokerSetting(
    string Name,
    ConfigType Type,
    string Default,
    Func<BrokerOptions, string> Read,
    Func<BrokerOptions, string, BrokerOptions> Write);

/// <summary>The one list of the settings that this broker honours, of those that Apache Kafka has.</summary>
internal static class BrokerSettings
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    private static readonly BrokerOptions Defaults = new() { DataDirectory = "." };

    public static readonly IReadOnlyList<BrokerSetting> All =
    [
        Make(
            "auto.create.topics.enable", ConfigType.Boolean,
            o => o.AutoCreateTopics ? "true" : "false",
            (o, v) => v is "true" or "false"
                ? o with { AutoCreateTopics = v == "true" }
                : throw Wrong("auto.create.topics.enable", v, "true or false")),
        TopicDefault("compression.type", "compression.type"),
        Number("group.initial.rebalance.delay.ms", ConfigType.Int, 0, Ms(o => o.GroupInitialRebalanceDelay),
            (o, ms) => o with { GroupInitialRebalanceDelay = TimeSpan.FromMilliseconds(ms) }),
        Number("group.max.session.timeout.ms", ConfigType.Int, 1, Ms(o => o.GroupMaxSessionTimeout),
            (o, ms) => o with { GroupMaxSessionTimeout = TimeSpan.FromMilliseconds(ms) }),
        Number("group.max.size", ConfigType.Int, 1, o => o.GroupMaxSize, (o, n) => o with { GroupMaxSize = (int)n }),
        Number("group.min.session.timeout.ms", ConfigType.Int, 1, Ms(o => o.GroupMinSessionTimeout),
            (o, ms) => o with { GroupMinSessionTimeout = TimeSpan.FromMilliseconds(ms) }),
        Number("log.cleaner.backoff.ms", ConfigType.Long, 1, Ms(o => o.CompactionCheck),
            (o, ms) => o with { CompactionCheck = TimeSpan.FromMilliseconds(ms) }),
        TopicDefault("log.cleaner.delete.retention.ms", "delete.retention.ms"),
        TopicDefault("log.cleaner.max.compaction.lag.ms", "max.compaction.lag.ms"),
        TopicDefault("log.cleaner.min.cleanable.ratio", "min.cleanable.dirty.ratio"),
        TopicDefault("log.cleaner.min.compaction.lag.ms", "min.compaction.lag.ms"),
        TopicDefault("log.cleanup.policy", "cleanup.policy"),
        TopicDefault("log.message.timestamp.type", "message.timestamp.type"),
        TopicDefault("log.retention.bytes", "retention.bytes"),
        Number("log.retention.check.interval.ms", ConfigType.Long, 1, Ms(o => o.RetentionCheck),
            (o, ms) => o with { RetentionCheck = TimeSpan.FromMilliseconds(ms) }),
        TopicDefault("log.retention.hours", "retention.ms", Hour),
        TopicDefault("log.retention.minutes", "retention.ms", Minute),
        TopicDefault("log.retention.ms", "retention.ms"),
        TopicDefault("log.roll.hours", "segment.ms", Hour),
        TopicDefault("log.roll.ms", "segment.ms"),
        TopicDefault("log.segment.bytes", "segment.bytes"),
        TopicDefault("message.max.bytes", "max.message.bytes"),
        Number("num.partitions", ConfigType.Int, 1, o => o.DefaultPartitions,
            (o, n) => o with { DefaultPartitions = (int)n }),
        Number("offset.metadata.max.bytes", ConfigType.Int, 0, o => o.OffsetMetadataMaxBytes,
            (o, n) => o with { OffsetMetadataMaxBytes = (int)n }),
        Number("offsets.retention.check.interval.ms", ConfigType.Long, 1, Ms(o => o.OffsetsRetentionCheck),
            (o, ms) => o with { OffsetsRetentionCheck = TimeSpan.FromMilliseconds(ms) }),
        Number("offsets.retention.minutes", ConfigType.Int, 1, o => (long)o.OffsetsRetention.TotalMinutes,
            (o, n) => o with { OffsetsRetention = TimeSpan.FromMinutes(n) }),
        Number("producer.id.expiration.ms", ConfigType.Int, 1, Ms(o => o.ProducerExpiry),
            (o, ms) => o with { ProducerExpiry = TimeSpan.FromMilliseconds(ms) }),
        Number("socket.request.max.bytes", ConfigType.Int, 1, o => o.MaxRequestBytes,
            (o, n) => o with { MaxRequestBytes = (int)n }),
    ];

    /// <summary>The setting of that name; <see cref="ArgumentException"/> when it is not honoured.</summary>
    public static BrokerSetting Find(string name) => All.FirstOrDefault(s => s.Name == name)
        ?? throw new ArgumentException($"Broker setting {name} is not known to this broker.", name);

    private static BrokerSetting Make(
        string name,
        ConfigType type,
        Func<BrokerOptions, string> read,
        Func<BrokerOptions, string, BrokerOptions> write) =>
        new(name, type, read(Defaults), read, write);

    private static BrokerSetting Number(
        string name,
        ConfigType type,
        long minimum,
        Func<BrokerOptions, long> read,
        Func<BrokerOptions, long, BrokerOptions> write) => Make(
        name,
        type,
        o => read(o).ToString(CultureInfo.InvariantCulture),
        (o, text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value >= minimum && value <= int.MaxValue
                ? write(o, value)
                : throw Wrong(name, text, $"a number from {minimum} to {int.MaxValue}"));

    /// <summary>A setting that is the default of a topic's; several may be the same one in other units.</summary>
    private static BrokerSetting TopicDefault(string name, string config, long unit = 1)
    {
        ConfigDefinition known = TopicConfigs.Known[config];
        bool scaled = unit > 1;
        return Make(name, scaled ? ConfigType.Long : known.Type, Read, Write);

        string Read(BrokerOptions options)
        {
            string text = TopicConfigs.Text(options.TopicDefaults, config);
            return scaled && long.Parse(text, CultureInfo.InvariantCulture) is long number and >= 0
                ? (number / unit).ToString(CultureInfo.InvariantCulture)
                : text;
        }

        BrokerOptions Write(BrokerOptions options, string text)
        {
            string value = text;
            if (scaled)
            {
                bool fits = long.TryParse(text, CultureInfo.InvariantCulture, out long number)
                    && number >= -1 && number <= long.MaxValue / unit;
                value = fits ? (number < 0 ? -1 : number * unit).ToString(CultureInfo.InvariantCulture) : "";
            }

            return TopicConfigs.Refusal(config, value) is null
                ? options with { TopicDefaults = With(options.TopicDefaults, config, value) }
                : throw Wrong(name, text, $"a value for {config}");
        }
    }

    private static Dictionary<string, string> With(
        IReadOnlyDictionary<string, string> defaults, string config, string value) =>
        new(defaults, StringComparer.Ordinal) { [config] = value };

    private static Func<BrokerOptions, long> Ms(Func<BrokerOptions, TimeSpan> read) =>
        options => (long)read(options).TotalMilliseconds;

    private static ArgumentException Wrong(string name, string value, string expected) =>
        new($"Broker setting {name} must be {expected}, not '{value}'.", name);
}
