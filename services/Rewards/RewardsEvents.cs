using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Rewards.Core.Issuing;

namespace Mesh.Rewards;

/// <summary>EDGE: the core's records to protobuf and back, one to one.</summary>
internal static class RewardsEvents
{
    public static RewardIssued ToContract(RewardEvent.RewardIssued e) => new()
    {
        RewardId = UnsafeByteOperations.UnsafeWrap(Ids.ToBytes(e.RewardId)),
        Tenant = e.Tenant,
        GameId = e.GameId,
        QuestId = e.QuestId,
        PlayerId = e.PlayerId,
        RuleId = e.RuleId,
        RuleVersion = e.RuleVersion,
        Currency = e.Currency,
        Amount = e.Amount,
        ReachedUs = e.ReachedUs,
        Subject = e.Subject,
    };

    public static RewardEvent.RewardIssued ToCore(RewardIssued e) => new(
        Ids.FromBytes(e.RewardId.Span),
        e.Tenant,
        e.GameId,
        e.QuestId,
        e.PlayerId,
        e.RuleId,
        e.RuleVersion,
        e.Currency,
        e.Amount,
        e.ReachedUs,
        e.Subject);
}
