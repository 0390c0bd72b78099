using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheTopicSetupTests(ApacheKafka broker) : TopicSetupSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheBusProducerTests(ApacheKafka broker) : BusProducerSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheTopicReaderTests(ApacheKafka broker) : TopicReaderSuite(broker);

[Collection(ApacheKafka.Collection), RequiresVariable(ApacheKafka.HomeVariable)]
public sealed class ApacheCompactedTopicTests(ApacheKafka broker) : CompactedTopicSuite(broker);
