using Mesh.Broker.Groups;
using Mesh.Broker.Log;
using Mesh.Broker.Producers;
using Mesh.Broker.Topics;

namespace Mesh.Broker.Server;

/// <summary>What requests act on.</summary>
internal sealed record BrokerState(
    BrokerOptions Options, string ClusterId, TopicStore Topics, OffsetStore Offsets, GroupCoordinator Groups,
    ProducerIds ProducerIds, LogContext Logs)
{
    public BrokerCounters Counters { get; } = new();

    /// <summary>The one node's id.</summary>
    public const int NodeId = 1;

    /// <summary>Leadership never moves.</summary>
    public const int LeaderEpoch = 0;
}
