using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mesh.Bus.Tests.Broker;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus.Tests;

/// <summary>What <see cref="TopicSetup"/> does at any broker.</summary>
public abstract class TopicSetupSuite(IBroker broker)
{
    [BrokerFact]
    public async Task Setup_TopicsMissing_CreatesThemAsDefined()
    {
        TopicDefinition kept = New(BusCodec.Snappy, partitions: 12);
        TopicDefinition compacted = New(BusCodec.Zstd, partitions: 3) with { Retention = null };
        await EnsureAsync([kept, compacted]);

        Assert.Equal(12, Partitions(kept));
        Assert.Equal(3, Partitions(compacted));
        Assert.Equal("snappy", await SettingAsync(kept, "compression.type"));
        Assert.Equal("delete", await SettingAsync(kept, "cleanup.policy"));
        Assert.Equal("604800000", await SettingAsync(kept, "retention.ms"));
        Assert.Equal("zstd", await SettingAsync(compacted, "compression.type"));
        Assert.Equal("compact", await SettingAsync(compacted, "cleanup.policy"));
    }

    [BrokerFact]
    public async Task Setup_SomeTopicsThere_CreatesTheRest()
    {
        TopicDefinition first = New(BusCodec.Lz4);
        TopicDefinition second = New(BusCodec.None);
        await EnsureAsync([first]);
        await EnsureAsync([first, second]);
        await EnsureAsync([first, second]);

        Assert.Equal(2, Partitions(second));
    }

    [BrokerFact]
    public async Task Setup_ByManyAtOnce_SucceedsForAll()
    {
        TopicDefinition[] topics = [.. Enumerable.Range(0, 4).Select(_ => New(BusCodec.Lz4))];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => EnsureAsync(topics))));
        Assert.All(topics, topic => Assert.Equal(2, Partitions(topic)));
    }

    [BrokerFact]
    public async Task Setup_PartitionsDiffer_IsRefusedByName() =>
        await RefusedAsync(topic => topic with { Partitions = 5 }, "partitions", "5", "2");

    [BrokerFact]
    public async Task Setup_CodecDiffers_IsRefusedByName() =>
        await RefusedAsync(topic => topic with { Codec = BusCodec.Zstd }, "compression.type", "zstd", "lz4");

    [BrokerFact]
    public async Task Setup_CompactionDiffers_IsRefusedByName() =>
        await RefusedAsync(topic => topic with { Retention = null }, "cleanup.policy", "compact", "delete");

    [BrokerFact]
    public async Task Setup_RetentionShorterThanDefined_IsRefusedByName() =>
        await RefusedAsync(
            topic => topic with { Retention = TimeSpan.FromDays(8) }, "retention.ms", "691200000", "604800000");

    [BrokerFact]
    public async Task Setup_RetentionLongerThanDefined_Warns()
    {
        TopicDefinition topic = New(BusCodec.Lz4);
        await EnsureAsync([topic]);
        var logger = new ListLogger();
        await TopicSetup.EnsureAsync(
            broker.Options(), [topic with { Retention = TimeSpan.FromDays(6) }], logger, CancellationToken.None);

        (_, string text) = Assert.Single(logger.Lines, line => line.Level == LogLevel.Warning);
        Assert.Contains(topic.Name, text, StringComparison.Ordinal);
        Assert.Contains("604800000", text, StringComparison.Ordinal);
        Assert.Contains("518400000", text, StringComparison.Ordinal);
    }

    private static TopicDefinition New(BusCodec codec, int partitions = 2) =>
        new(BusBench.NewName(), partitions, codec, TimeSpan.FromDays(7));

    private async Task RefusedAsync(
        Func<TopicDefinition, TopicDefinition> change, string setting, string expected, string actual)
    {
        TopicDefinition topic = New(BusCodec.Lz4);
        await EnsureAsync([topic]);

        var error = await Assert.ThrowsAsync<TopicMismatchException>(() => EnsureAsync([change(topic)]));
        Assert.Equal(
            (topic.Name, setting, expected, actual), (error.Topic, error.Setting, error.Expected, error.Actual));
        foreach (string part in (string[])[topic.Name, setting, expected, actual, error.Remedy])
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }

        Assert.Matches(
            $"run: kafka-[a-z]+.sh --bootstrap-server {broker.BootstrapServers} .*{topic.Name}", error.Remedy);
    }

    /// <summary>A topic has drifted from its definition; what the refusal says to do mends it.</summary>
    protected async Task MendAsync(Func<TopicDefinition, TopicDefinition> change, Func<string, Task> mend)
    {
        TopicDefinition topic = New(BusCodec.Lz4);
        await EnsureAsync([topic]);
        var error = await Assert.ThrowsAsync<TopicMismatchException>(() => EnsureAsync([change(topic)]));
        await mend(error.Remedy);
        await EnsureAsync([change(topic)]);
    }

    private Task EnsureAsync(TopicDefinition[] topics) =>
        TopicSetup.EnsureAsync(broker.Options(), topics, BusBench.NoLog, CancellationToken.None);

    private int Partitions(TopicDefinition topic)
    {
        using IAdminClient admin = broker.Admin();
        return admin.GetMetadata(BusBench.Deadline).Topics.Single(t => t.Topic == topic.Name).Partitions.Count;
    }

    private async Task<string> SettingAsync(TopicDefinition topic, string name)
    {
        using IAdminClient admin = broker.Admin();
        List<DescribeConfigsResult> results = await admin.DescribeConfigsAsync(
            [new ConfigResource { Type = ResourceType.Topic, Name = topic.Name }]);
        return results[0].Entries[name].Value;
    }
}
