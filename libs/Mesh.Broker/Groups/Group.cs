using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>
/// A group of consumers that divide topics among themselves: Apache Kafka's classic protocol, eager and cooperative
/// alike (KIP-62, KIP-134, KIP-345, KIP-394, KIP-429). The members' leader assigns; the group only agrees on who is in
/// it. No I/O and no clock: the time comes in, answers go to whoever asked, and whoever drives it calls
/// <see cref="Expire"/> by <see cref="NextDeadlineMs"/>. Owned by the coordinator's loop.
/// </summary>
internal sealed partial class Group(string id, GroupSettings settings)
{
    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _memberOfInstance = new(StringComparer.Ordinal);

    /// <summary>Ids that were given out and have not come back yet, and until when they may.</summary>
    private readonly Dictionary<string, long> _promised = new(StringComparer.Ordinal);

    private long _phaseDeadlineMs = long.MaxValue;
    private bool _firstRebalance;
    private bool _someoneNew;
    private long _delayLeftMs;

    public string Id { get; } = id;

    public GroupState State { get; private set; }

    public int Generation { get; private set; }

    /// <summary>What its members call their kind, "consumer" for consumers; empty before anyone joined.</summary>
    public string ProtocolType { get; private set; } = "";

    public string? Protocol { get; private set; }

    public string? LeaderId { get; private set; }

    public IReadOnlyCollection<GroupMember> Members => _members.Values;

    /// <summary>Whether what must survive a restart has changed; whoever keeps it takes it back.</summary>
    public bool Changed { get; set; }

    /// <summary>Whether nobody is in it or about to be.</summary>
    public bool IsDeserted => _members.Count == 0 && _promised.Count == 0;

    public void Join(JoinRequest request, long nowMs, Action<JoinAnswer> answer)
    {
        ErrorCode refusal = JudgeJoin(request);
        if (refusal != ErrorCode.None)
        {
            answer(JoinAnswer.Refused(refusal, request.MemberId));
        }
        else if (request.MemberId.Length > 0)
        {
            JoinAgain(request, nowMs, answer);
        }
        else if (request.InstanceId is not null && _memberOfInstance.TryGetValue(request.InstanceId, out string? old))
        {
            Replace(_members[old], request, nowMs, answer);
        }
        else if (request.InstanceId is null && request.NeedsKnownId)
        {
            // It comes again with this id, so that a client that gives up while it waits leaves no member behind.
            _promised[request.NewMemberId] = nowMs + request.SessionTimeoutMs;
            answer(JoinAnswer.Refused(ErrorCode.MemberIdRequired, request.NewMemberId));
        }
        else
        {
            Add(request.NewMemberId, request, nowMs, answer);
        }
    }

    private ErrorCode JudgeJoin(JoinRequest request)
    {
        bool fits = request.ProtocolType.Length > 0 && request.Protocols.Count > 0
            && (_members.Count == 0 || (request.ProtocolType == ProtocolType && request.Protocols.Any(
                p => _members.Values.All(m => m.Protocols.Any(own => own.Name == p.Name)))));
        if (!fits)
        {
            return ErrorCode.InconsistentGroupProtocol;
        }

        bool isMember = _members.ContainsKey(request.MemberId)
            || (request.InstanceId is not null && _memberOfInstance.ContainsKey(request.InstanceId));
        return isMember || _members.Count < settings.MaxSize ? ErrorCode.None : ErrorCode.GroupMaxSizeReached;
    }

    private void JoinAgain(JoinRequest request, long nowMs, Action<JoinAnswer> answer)
    {
        if (request.InstanceId is null && _promised.ContainsKey(request.MemberId))
        {
            Add(request.MemberId, request, nowMs, answer);
            return;
        }

        ErrorCode refusal = Validate(request.MemberId, request.InstanceId);
        if (refusal != ErrorCode.None)
        {
            answer(JoinAnswer.Refused(refusal, request.MemberId));
            return;
        }

        GroupMember member = _members[request.MemberId];
        bool unchanged = member.HasProtocols(request.Protocols);

        // A leader that joins a stable group again wants to assign anew; a follower only missed the answer.
        bool onlyAsks = unchanged && (State == GroupState.CompletingRebalance
            || (State == GroupState.Stable && member.Id != LeaderId));
        member.AnswerJoin(JoinAnswer.Refused(ErrorCode.RebalanceInProgress, member.Id));
        member.Update(request);
        member.Heard(nowMs);
        if (onlyAsks)
        {
            answer(JoinedAs(member));
            return;
        }

        member.Joining = answer;
        Rebalance(nowMs);
    }

    private void Add(string memberId, JoinRequest request, long nowMs, Action<JoinAnswer> answer)
    {
        _promised.Remove(memberId);
        GroupMember member = new(memberId, request.InstanceId) { Joining = answer };
        member.Update(request);
        member.Heard(nowMs);
        if (_members.Count == 0)
        {
            ProtocolType = request.ProtocolType;
        }

        _members.Add(memberId, member);
        if (request.InstanceId is not null)
        {
            _memberOfInstance.Add(request.InstanceId, memberId);
        }

        LeaderId ??= memberId;
        _someoneNew = true;
        Rebalance(nowMs);
    }

    /// <summary>
    /// A static member has started again: it takes its place under a new id, and whoever still uses the old one is
    /// fenced. A stable group goes on without a rebalance when the choice of protocol stays.
    /// </summary>
    private void Replace(GroupMember member, JoinRequest request, long nowMs, Action<JoinAnswer> answer)
    {
        string? leaderBefore = LeaderId;
        member.AnswerJoin(JoinAnswer.Refused(ErrorCode.FencedInstanceId, member.Id));
        member.AnswerSync(SyncAnswer.Refused(ErrorCode.FencedInstanceId));
        _members.Remove(member.Id);
        LeaderId = LeaderId == member.Id ? request.NewMemberId : LeaderId;
        member.Id = request.NewMemberId;
        _members.Add(member.Id, member);
        _memberOfInstance[member.InstanceId!] = member.Id;
        member.Update(request);
        member.Heard(nowMs);
        Changed = true;
        if (State == GroupState.Stable && ChooseProtocol() == Protocol)
        {
            // Told of the old leader, it does not take itself for it: a stable group takes no new assignment.
            answer(JoinedAs(member) with { LeaderId = leaderBefore ?? "", Members = [] });
            return;
        }

        member.Joining = answer;
        Rebalance(nowMs);
    }

    private ErrorCode Validate(string memberId, string? instanceId)
    {
        if (instanceId is not null)
        {
            if (!_memberOfInstance.TryGetValue(instanceId, out string? owner))
            {
                return ErrorCode.UnknownMemberId;
            }

            if (owner != memberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        return _members.ContainsKey(memberId) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private JoinAnswer JoinedAs(GroupMember member) => new(
        ErrorCode.None,
        Generation,
        Protocol ?? "",
        LeaderId ?? "",
        member.Id,
        member.Id != LeaderId
            ? []
            : [.. _members.Values.Select(m => new JoinedMember(m.Id, m.InstanceId, m.MetadataFor(Protocol)))]);

    /// <summary>The protocol that all know and most prefer.</summary>
    private string ChooseProtocol()
    {
        string[] common = [.. _members.Values.First().Protocols.Select(p => p.Name)
            .Where(name => _members.Values.All(m => m.Protocols.Any(p => p.Name == name)))];
        return common.MaxBy(name => _members.Values.Count(
            m => m.Protocols.First(p => common.Contains(p.Name)).Name == name))!;
    }
}
