using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>A group's rebalances, and what time does to it.</summary>
internal sealed partial class Group
{
    /// <summary>When something happens by itself next; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlineMs()
    {
        long next = _phaseDeadlineMs;
        foreach (long until in _promised.Values)
        {
            next = Math.Min(next, until);
        }

        foreach (GroupMember member in _members.Values)
        {
            next = member.Waits ? next : Math.Min(next, member.SessionDeadlineMs);
        }

        return next;
    }

    /// <summary>Does what is due: gives up who was not heard of, and ends waits that were long enough.</summary>
    public void Expire(long nowMs)
    {
        foreach ((string promised, long until) in _promised)
        {
            if (until <= nowMs)
            {
                _promised.Remove(promised);
            }
        }

        GroupMember[] silent = [.. _members.Values.Where(m => !m.Waits && m.SessionDeadlineMs <= nowMs)];
        Remove(silent, nowMs);
        if (_phaseDeadlineMs <= nowMs)
        {
            EndPhase(nowMs);
        }

        CompleteIfAllJoined(nowMs);
    }

    /// <summary>Takes up what was stored: a stable group goes on with its members, who have a session's time.</summary>
    public void Restore(StoredGroup stored, long nowMs)
    {
        Generation = stored.Generation;
        ProtocolType = stored.ProtocolType;
        foreach (GroupMember member in stored.Members)
        {
            member.Heard(nowMs);
            _members.Add(member.Id, member);
            if (member.InstanceId is not null)
            {
                _memberOfInstance.Add(member.InstanceId, member.Id);
            }
        }

        if (_members.Count > 0)
        {
            State = GroupState.Stable;
            Protocol = stored.Protocol;
            LeaderId = stored.LeaderId;
        }
    }

    private void Rebalance(long nowMs)
    {
        if (State != GroupState.PreparingRebalance)
        {
            Prepare(nowMs);
        }

        CompleteIfAllJoined(nowMs);
    }

    private void Prepare(long nowMs)
    {
        foreach (GroupMember member in _members.Values.Where(m => m.Syncing is not null))
        {
            // While it waited it could not beat: its session begins anew.
            member.Heard(nowMs);
            member.AnswerSync(SyncAnswer.Refused(ErrorCode.RebalanceInProgress));
        }

        _firstRebalance = State == GroupState.Empty;
        State = GroupState.PreparingRebalance;
        long timeout = LongestRebalanceMs();
        if (_firstRebalance)
        {
            // Members of a new group start at about the same time: a short wait saves a rebalance for each.
            long delay = Math.Min(settings.InitialDelayMs, timeout);
            _delayLeftMs = timeout - delay;
            _phaseDeadlineMs = nowMs + delay;
            _someoneNew = false;
            _firstRebalance = delay > 0;
        }
        else
        {
            _phaseDeadlineMs = nowMs + timeout;
        }
    }

    private void EndPhase(long nowMs)
    {
        if (State == GroupState.CompletingRebalance)
        {
            _phaseDeadlineMs = long.MaxValue;
            Remove([.. _members.Values.Where(m => m.OwesSync)], nowMs);
        }
        else if (_firstRebalance && _someoneNew && _delayLeftMs > 0)
        {
            long delay = Math.Min(settings.InitialDelayMs, _delayLeftMs);
            _delayLeftMs -= delay;
            _phaseDeadlineMs = nowMs + delay;
            _someoneNew = false;
        }
        else
        {
            _firstRebalance = false;
            CompleteJoin(nowMs);
        }
    }

    private void CompleteIfAllJoined(long nowMs)
    {
        if (State == GroupState.PreparingRebalance && !_firstRebalance && _promised.Count == 0
            && _members.Values.All(m => m.Joining is not null))
        {
            CompleteJoin(nowMs);
        }
    }

    /// <summary>Begins a generation with those who have joined. Static members may be away for a while.</summary>
    private void CompleteJoin(long nowMs)
    {
        GroupMember[] left = [.. _members.Values.Where(m => m.Joining is null && m.InstanceId is null)];
        foreach (GroupMember missing in left)
        {
            Forget(missing);
        }

        GroupMember? joined = _members.Values.FirstOrDefault(m => m.Joining is not null);
        if (joined is null && _members.Count > 0)
        {
            _phaseDeadlineMs = nowMs + LongestRebalanceMs();
            return;
        }

        Generation++;
        if (joined is null)
        {
            State = GroupState.Empty;
            Protocol = null;
            LeaderId = null;
            _phaseDeadlineMs = long.MaxValue;
            Changed = true;
            return;
        }

        if (LeaderId is null || _members[LeaderId].Joining is null)
        {
            LeaderId = joined.Id;
        }

        Protocol = ChooseProtocol();
        State = GroupState.CompletingRebalance;
        _phaseDeadlineMs = nowMs + LongestRebalanceMs();
        foreach (GroupMember member in _members.Values)
        {
            member.OwesSync = true;
            if (member.Joining is not null)
            {
                member.Heard(nowMs);
                member.AnswerJoin(JoinedAs(member));
            }
        }
    }

    /// <summary>Takes members out; those who remain are to join again.</summary>
    private void Remove(GroupMember[] members, long nowMs)
    {
        foreach (GroupMember member in members)
        {
            Forget(member);
        }

        if (members.Length > 0)
        {
            Rebalance(nowMs);
        }
    }

    private void Forget(GroupMember member)
    {
        _members.Remove(member.Id);
        if (member.InstanceId is not null)
        {
            _memberOfInstance.Remove(member.InstanceId);
        }

        if (LeaderId == member.Id)
        {
            LeaderId = _members.Keys.FirstOrDefault();
        }

        member.AnswerJoin(JoinAnswer.Refused(ErrorCode.UnknownMemberId, member.Id));
        member.AnswerSync(SyncAnswer.Refused(ErrorCode.UnknownMemberId));
    }

    private long LongestRebalanceMs() => _members.Count == 0 ? 0 : _members.Values.Max(m => m.RebalanceTimeoutMs);
}
