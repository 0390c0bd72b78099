using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mesh.Bus.Client;

namespace Mesh.Bus.Setup;

/// <summary>A topic's retention by time: what it is, and another.</summary>
internal sealed class TopicRetention : IDisposable
{
    private const string RetentionMs = "retention.ms";
    private const long SecondMs = 1000;
    private const long Mark = 1;

    private readonly IAdminClient _admin;

    public TopicRetention(BusOptions options)
    {
        KafkaLibrary.EnsureLoaded();
        _admin = new AdminClientBuilder(ClientSettings.Admin(options))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
    }

    /// <summary>At least so long, and marked as an extension.</summary>
    public static long Extended(long milliseconds) => ((milliseconds / SecondMs) + 1) * SecondMs + Mark;

    /// <summary>Whether a value was made by <see cref="Extended"/>: nobody else sets such a one.</summary>
    public static bool IsExtended(long milliseconds) => milliseconds % SecondMs == Mark;

    /// <summary>The retention in milliseconds; null: for ever.</summary>
    public async Task<long?> ReadAsync(string topic, CancellationToken cancellation)
    {
        long kept = long.Parse(
            (await DescribeAsync(topic, cancellation))[RetentionMs].Value, CultureInfo.InvariantCulture);
        return kept < 0 ? null : kept;
    }

    /// <summary>Sets the retention and leaves all else that is set on the topic as it is.</summary>
    public async Task SetAsync(string topic, long milliseconds, CancellationToken cancellation)
    {
        // This client replaces all that is set on a topic, so that it is read and written back.
        List<ConfigEntry> entries =
        [
            .. (await DescribeAsync(topic, cancellation)).Values
                .Where(e => e.Source == ConfigSource.DynamicTopicConfig && e.Name != RetentionMs)
                .Select(e => new ConfigEntry { Name = e.Name, Value = e.Value }),
            new() { Name = RetentionMs, Value = milliseconds.ToString(CultureInfo.InvariantCulture) },
        ];
        await _admin.AlterConfigsAsync(
            new Dictionary<ConfigResource, List<ConfigEntry>> { [Resource(topic)] = entries },
            new AlterConfigsOptions { RequestTimeout = Limits.LagPatience }).WaitAsync(cancellation);
    }

    public void Dispose() => _admin.Dispose();

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private async Task<Dictionary<string, ConfigEntryResult>> DescribeAsync(
        string topic, CancellationToken cancellation) =>
        (await _admin.DescribeConfigsAsync(
            [Resource(topic)], new DescribeConfigsOptions { RequestTimeout = Limits.LagPatience })
            .WaitAsync(cancellation))[0].Entries;
}
