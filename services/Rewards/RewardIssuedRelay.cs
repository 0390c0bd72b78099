using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Rewards.Core.Issuing;

namespace Mesh.Rewards;

/// <summary>OUT: a reward becomes an event of the log and a record of <c>reward.v1.issued</c>.</summary>
internal sealed class RewardIssuedRelay(int partition)
{
    private readonly EventTarget _issued = new(TopicCatalog.RewardIssued.Name, partition);

    public void Append(
        string stream, RewardEvent.RewardIssued issued, in RecordRoot root, IEventAppender appender) =>
        appender.Append(
            stream, EventNames.RewardIssued, RewardsEvents.ToContract(issued).ToByteArray(), root, _issued);
}
