using System.Text;
using Mesh.Broker.Groups;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Groups;

public sealed class GroupTests
{
    [Fact]
    public void Member_WithoutAnId_IsToldToComeAgainWithOne()
    {
        GroupScript script = new(initialDelayMs: 0);
        JoinAnswer told = script.Join(needsKnownId: true).Value;
        Assert.Equal(ErrorCode.MemberIdRequired, told.Error);
        Assert.Empty(script.Group.Members);
        JoinAnswer joined = script.Join(told.MemberId, needsKnownId: true).Value;
        Assert.Equal((ErrorCode.None, 1, told.MemberId), (joined.Error, joined.Generation, joined.LeaderId));
    }

    [Fact]
    public void Member_ThatNeverCameAgain_IsForgotten()
    {
        GroupScript script = new();
        JoinAnswer told = script.Join(needsKnownId: true).Value;
        Assert.False(script.Group.IsDeserted);
        script.Pass(GroupScript.SessionMs);
        Assert.True(script.Group.IsDeserted);
        Assert.Equal(ErrorCode.UnknownMemberId, script.Join(told.MemberId, needsKnownId: true).Value.Error);
    }

    [Fact]
    public void FirstRebalance_WaitsForMembersThatStartTogether()
    {
        GroupScript script = new(initialDelayMs: 3000);
        Pending<JoinAnswer> first = script.Join();
        script.Pass(2000);
        Pending<JoinAnswer> second = script.Join();
        script.Pass(2000);

        // Someone new came within the delay, so there is another one.
        Assert.False(first.Answered);
        script.Pass(2000);
        Assert.Equal(1, first.Value.Generation);
        Assert.Equal(2, first.Value.Members.Count);
        Assert.Empty(second.Value.Members);
        Assert.Equal(first.Value.MemberId, second.Value.LeaderId);
    }

    [Fact]
    public void Assignment_OfTheLeader_ReachesEachMember()
    {
        GroupScript script = new(initialDelayMs: 100);
        Pending<JoinAnswer>[] joins = [script.Join(), script.Join()];
        script.Pass(200);
        Pending<SyncAnswer> follower = script.Sync(joins[1].Value);
        Assert.False(follower.Answered);
        string[] ids = [joins[0].Value.MemberId, joins[1].Value.MemberId];
        Pending<SyncAnswer> leader = script.Sync(joins[0].Value, null, ids);
        Assert.Equal($"of {ids[0]}", Encoding.UTF8.GetString(leader.Value.Assignment));
        Assert.Equal($"of {ids[1]}", Encoding.UTF8.GetString(follower.Value.Assignment));
        Assert.Equal(GroupState.Stable, script.Group.State);
    }

    [Fact]
    public void StalledMember_IsGivenUp_AndItsLateCommitRefused()
    {
        GroupScript script = new();
        JoinAnswer[] members = script.Stable(2);
        script.Pass(GroupScript.SessionMs - 1000);
        Assert.Equal(ErrorCode.None, script.Heartbeat(members[0]));
        Assert.Equal(ErrorCode.None, script.Commit(members[1]));
        script.Pass(GroupScript.SessionMs - 1000);
        Assert.Equal(ErrorCode.None, script.Heartbeat(members[0]));

        // The second was heard of last by its commit; now its session is over.
        script.Pass(2000);
        Assert.Equal(ErrorCode.UnknownMemberId, script.Commit(members[1]));
        Assert.Equal(ErrorCode.UnknownMemberId, script.Heartbeat(members[1]));
        Assert.Equal(ErrorCode.RebalanceInProgress, script.Heartbeat(members[0]));
        JoinAnswer next = script.Join(members[0].MemberId).Value;
        Assert.Equal(members[0].Generation + 1, next.Generation);
        Assert.Equal(ErrorCode.IllegalGeneration, script.Commit(members[0]));
        script.Sync(next, null, next.MemberId);
        Assert.Equal(ErrorCode.None, script.Commit(next));
    }

    [Fact]
    public void Member_ThatDoesNotJoinAgainInTime_IsLeftBehind()
    {
        GroupScript script = new();
        JoinAnswer[] members = script.Stable(2);
        Pending<JoinAnswer> leader = script.Join(members[0].MemberId);
        for (int i = 0; i < 12; i++)
        {
            // It lives, but does not join.
            Assert.False(leader.Answered);
            Assert.Equal(ErrorCode.RebalanceInProgress, script.Heartbeat(members[1]));
            script.Pass(GroupScript.RebalanceMs / 12);
        }

        Assert.Single(leader.Value.Members);
        Assert.Equal(ErrorCode.UnknownMemberId, script.Heartbeat(members[1]));
    }

    [Fact]
    public void Leader_ThatNeverBringsTheAssignment_IsLeftBehind()
    {
        GroupScript script = new(initialDelayMs: 10);
        Pending<JoinAnswer>[] joins = [script.Join(), script.Join()];
        script.Pass(20);
        Pending<SyncAnswer> follower = script.Sync(joins[1].Value);
        script.Pass(GroupScript.SessionMs);
        Assert.Equal(ErrorCode.RebalanceInProgress, follower.Value.Error);
        JoinAnswer next = script.Join(joins[1].Value.MemberId).Value;
        Assert.Equal(next.MemberId, next.LeaderId);
    }

    [Fact]
    public void Commit_BetweenJoinAndAssignment_IsPutOff()
    {
        GroupScript script = new(initialDelayMs: 0);
        JoinAnswer joined = script.Join().Value;
        Assert.Equal(ErrorCode.RebalanceInProgress, script.Commit(joined));
    }

    [Fact]
    public void Commit_WithoutAMember_IsForGroupsWithoutMembers()
    {
        GroupScript script = new();
        MemberClaim nobody = new(-1, "", null);
        Assert.Equal(ErrorCode.None, script.Group.JudgeCommit(nobody, script.NowMs));
        script.Stable(1);
        Assert.Equal(ErrorCode.UnknownMemberId, script.Group.JudgeCommit(nobody, script.NowMs));
    }

    [Fact]
    public void Protocol_IsOneThatAllKnowAndMostPrefer()
    {
        GroupScript script = new(initialDelayMs: 10);
        Pending<JoinAnswer>[] joins =
        [
            script.Join(protocols: ["sticky", "range"]),
            script.Join(protocols: ["range", "sticky"]),
            script.Join(protocols: ["roundrobin", "range", "sticky"]),
        ];
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, script.Join(protocols: ["roundrobin"]).Value.Error);
        script.Pass(30);
        Assert.All(joins, j => Assert.Equal("range", j.Value.ProtocolName));
    }

    [Fact]
    public void Group_ThatIsFull_TakesNobodyElse()
    {
        GroupScript script = new(maxSize: 2);
        script.Stable(2);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, script.Join().Value.Error);
    }

    [Fact]
    public void LastMember_Leaving_LeavesTheGroupEmpty()
    {
        GroupScript script = new();
        JoinAnswer member = script.Stable(1)[0];
        script.Group.Changed = false;
        Assert.Equal(ErrorCode.None, script.Group.Leave(member.MemberId, null, script.NowMs));
        Assert.Equal((GroupState.Empty, true), (script.Group.State, script.Group.Changed));
        Assert.Equal(long.MaxValue, script.Group.NextDeadlineMs());
        Assert.Equal(ErrorCode.UnknownMemberId, script.Group.Leave(member.MemberId, null, script.NowMs));
    }

    [Fact]
    public void StaticMember_UnderANewId_FencesTheOldOne()
    {
        GroupScript script = new(initialDelayMs: 0);
        JoinAnswer old = script.Join(instance: "a").Value;
        script.Sync(old, "a", old.MemberId);
        JoinAnswer young = script.Join(instance: "a").Value;

        // The same generation goes on, with the assignment that the place had.
        Assert.Equal(old.Generation, young.Generation);
        Assert.NotEqual(old.MemberId, young.MemberId);
        Assert.Equal($"of {old.MemberId}", Encoding.UTF8.GetString(script.Sync(young, "a").Value.Assignment));
        Assert.Equal(ErrorCode.FencedInstanceId, script.Commit(old, "a"));
        Assert.Equal(ErrorCode.FencedInstanceId, script.Heartbeat(old, "a"));
        Assert.Equal(ErrorCode.None, script.Commit(young, "a"));
    }

    [Fact]
    public void StaticMember_Away_KeepsItsPlaceForASession()
    {
        GroupScript script = new(initialDelayMs: 0);
        JoinAnswer member = script.Join(instance: "a").Value;
        script.Sync(member, "a", member.MemberId);
        script.Pass(GroupScript.SessionMs - 1);
        Assert.Single(script.Group.Members);
        script.Pass(1);
        Assert.Empty(script.Group.Members);
    }

    [Fact]
    public void StaticMember_CanBeTakenOutByItsInstanceAlone()
    {
        GroupScript script = new(initialDelayMs: 0);
        JoinAnswer member = script.Join(instance: "a").Value;
        script.Sync(member, "a", member.MemberId);
        Assert.Equal(ErrorCode.UnknownMemberId, script.Group.Leave("", "b", script.NowMs));
        Assert.Equal(ErrorCode.None, script.Group.Leave("", "a", script.NowMs));
        Assert.Empty(script.Group.Members);
    }
}
