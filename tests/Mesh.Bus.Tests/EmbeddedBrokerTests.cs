using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

[Collection(EmbeddedBroker.Collection)]
public sealed class EmbeddedTopicSetupTests(EmbeddedBroker broker) : TopicSetupSuite(broker);

[Collection(EmbeddedBroker.Collection)]
public sealed class EmbeddedBusProducerTests(EmbeddedBroker broker) : BusProducerSuite(broker);

[Collection(EmbeddedBroker.Collection)]
public sealed class EmbeddedTopicReaderTests(EmbeddedBroker broker) : TopicReaderSuite(broker);

[Collection(EmbeddedBroker.Collection)]
public sealed class EmbeddedCompactedTopicTests(EmbeddedBroker broker) : CompactedTopicSuite(broker);

[Collection(EmbeddedBroker.Collection)]
public sealed class EmbeddedLagTests(EmbeddedBroker broker) : LagSuite(broker);

public sealed class EmbeddedRetentionGuardTests(AgingBroker broker)
    : RetentionGuardSuite(broker), IClassFixture<AgingBroker>;
