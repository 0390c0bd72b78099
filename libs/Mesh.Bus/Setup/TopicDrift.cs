using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus.Setup;

/// <summary>A definition as topic configuration, and how far a topic has drifted from it.</summary>
internal static class TopicDrift
{
    private const string Cleanup = "cleanup.policy";
    private const string Compression = "compression.type";
    private const string RetentionMs = "retention.ms";
    private const string Compact = "compact";
    private const string Delete = "delete";
    private const long Forever = -1;

    public static Dictionary<string, string> Configuration(TopicDefinition topic)
    {
        var settings = new Dictionary<string, string>
        {
            [Cleanup] = topic.Retention is null ? Compact : Delete,
            [Compression] = CompressionType(topic.Codec),
        };
        if (topic.Retention is { } retention)
        {
            settings[RetentionMs] = Milliseconds(retention);
        }

        return settings;
    }

    /// <exception cref="TopicMismatchException">The number differs.</exception>
    public static void CheckPartitions(TopicDefinition topic, int actual, string bootstrapServers)
    {
        if (actual != topic.Partitions)
        {
            throw new TopicMismatchException(
                topic.Name,
                "partitions",
                Text(topic.Partitions),
                Text(actual),
                actual < topic.Partitions
                    ? OperatorCommands.AddPartitions(bootstrapServers, topic.Name, topic.Partitions)
                    : OperatorCommands.CreateAnew(bootstrapServers, topic.Name));
        }
    }

    /// <exception cref="TopicMismatchException">A setting differs in a way that loses or recodes records.</exception>
    public static void CheckConfiguration(
        TopicDefinition topic, IReadOnlyDictionary<string, string> actual, string bootstrapServers, ILogger logger)
    {
        foreach ((string setting, string expected) in Configuration(topic))
        {
            string value = actual.GetValueOrDefault(setting) ?? "(not reported)";
            if (value == expected)
            {
                continue;
            }

            if (setting != RetentionMs || !KeepsAtLeast(value, topic.Retention!.Value))
            {
                throw new TopicMismatchException(
                    topic.Name,
                    setting,
                    expected,
                    value,
                    OperatorCommands.SetConfiguration(bootstrapServers, topic.Name, setting, expected));
            }

            BusMessages.TopicKeepsLonger(logger, topic.Name, value, expected);
        }
    }

    private static bool KeepsAtLeast(string retentionMs, TimeSpan wanted) =>
        long.TryParse(retentionMs, CultureInfo.InvariantCulture, out long kept)
        && (kept == Forever || kept >= wanted.TotalMilliseconds);

    // The topic's own names differ from the producer's in one value.
    private static string CompressionType(BusCodec codec) =>
        codec == BusCodec.None ? "uncompressed" : Client.ClientSettings.CodecName(codec);

    private static string Milliseconds(TimeSpan retention) => Text((long)retention.TotalMilliseconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
