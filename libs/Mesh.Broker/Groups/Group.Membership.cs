using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>What members do between joins.</summary>
internal sealed partial class Group
{
    /// <summary>Gives a member its assignment, at once or when the leader has brought all of them.</summary>
    public void Sync(
        MemberClaim claim,
        IReadOnlyDictionary<string, byte[]> assignments,
        long nowMs,
        Action<SyncAnswer> answer)
    {
        ErrorCode refusal = Judge(claim);
        if (refusal == ErrorCode.None && State == GroupState.PreparingRebalance)
        {
            refusal = ErrorCode.RebalanceInProgress;
        }

        if (refusal != ErrorCode.None)
        {
            answer(SyncAnswer.Refused(refusal));
            return;
        }

        GroupMember member = _members[claim.MemberId];
        member.Heard(nowMs);
        if (State == GroupState.Stable)
        {
            answer(new SyncAnswer(ErrorCode.None, member.Assignment));
            return;
        }

        member.OwesSync = false;
        member.AnswerSync(SyncAnswer.Refused(ErrorCode.RebalanceInProgress));
        member.Syncing = answer;
        if (member.Id != LeaderId)
        {
            return;
        }

        State = GroupState.Stable;
        _phaseDeadlineMs = long.MaxValue;
        Changed = true;
        foreach (GroupMember each in _members.Values)
        {
            each.OwesSync = false;
            each.Assignment = assignments.GetValueOrDefault(each.Id, []);
            if (each.Syncing is not null)
            {
                each.Heard(nowMs);
                each.AnswerSync(new SyncAnswer(ErrorCode.None, each.Assignment));
            }
        }
    }

    public ErrorCode Heartbeat(MemberClaim claim, long nowMs)
    {
        ErrorCode refusal = Judge(claim);
        if (refusal != ErrorCode.None)
        {
            return refusal;
        }

        _members[claim.MemberId].Heard(nowMs);
        return State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Whether a commit may be written: not one of a member whom the group has given up.</summary>
    public ErrorCode JudgeCommit(MemberClaim claim, long nowMs)
    {
        bool anonymous = claim is { Generation: < 0, MemberId.Length: 0, InstanceId: null };
        if (claim.Generation < 0 && State == GroupState.Empty)
        {
            return ErrorCode.None;
        }

        ErrorCode refusal = anonymous ? ErrorCode.UnknownMemberId : Judge(claim);
        if (refusal != ErrorCode.None)
        {
            return refusal;
        }

        _members[claim.MemberId].Heard(nowMs);
        return State == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Takes a member out, as it or an operator wants; a static one may be named by its instance.</summary>
    public ErrorCode Leave(string memberId, string? instanceId, long nowMs)
    {
        if (instanceId is null && _promised.Remove(memberId))
        {
            CompleteIfAllJoined(nowMs);
            return ErrorCode.None;
        }

        string leaving = memberId.Length == 0 && instanceId is not null
            ? _memberOfInstance.GetValueOrDefault(instanceId, "")
            : memberId;
        ErrorCode refusal = Validate(leaving, instanceId);
        if (refusal == ErrorCode.None)
        {
            Remove([_members[leaving]], nowMs);
        }

        return refusal;
    }

    /// <summary>
    /// Whether a topic is read by members of the group, whose offsets for it can then not be deleted. A member whose
    /// subscription cannot be read counts as reading everything.
    /// </summary>
    public bool Subscribes(string topic) => _members.Values.Any(
        m => m.Protocols.Any(p => Subscription.Holds(p.Metadata, topic)));

    private ErrorCode Judge(MemberClaim claim)
    {
        ErrorCode refusal = Validate(claim.MemberId, claim.InstanceId);
        return refusal == ErrorCode.None && claim.Generation != Generation ? ErrorCode.IllegalGeneration : refusal;
    }
}
