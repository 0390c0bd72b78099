using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheTopicSetupTests(ApacheKafka broker) : TopicSetupSuite(broker)
{
    [BrokerFact]
    public Task Setup_RetentionShorter_SaysTheCommandThatMendsIt() =>
        MendAsync(topic => topic with { Retention = TimeSpan.FromDays(8) });

    [BrokerFact]
    public Task Setup_CodecDiffers_SaysTheCommandThatMendsIt() =>
        MendAsync(topic => topic with { Codec = BusCodec.Zstd });

    [BrokerFact]
    public Task Setup_TooFewPartitions_SaysTheCommandThatMendsIt() =>
        MendAsync(topic => topic with { Partitions = 5 });

    [BrokerFact]
    public Task Setup_TooManyPartitions_SaysTheCommandThatMendsIt() =>
        MendAsync(topic => topic with { Partitions = 1 });

    private Task MendAsync(Func<TopicDefinition, TopicDefinition> change) => MendAsync(
        change, remedy => ApacheKafka.RunAsync(remedy.Split("run: ")[1].Split([". ", "; "], 0)[0]));
}

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheBusProducerTests(ApacheKafka broker) : BusProducerSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheTopicReaderTests(ApacheKafka broker) : TopicReaderSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheCompactedTopicTests(ApacheKafka broker) : CompactedTopicSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheLagTests(ApacheKafka broker) : LagSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheRetentionGuardTests(ApacheKafka broker) : RetentionGuardSuite(broker);
