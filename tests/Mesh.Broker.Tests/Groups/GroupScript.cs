using Mesh.Broker.Groups;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Groups;

/// <summary>Drives one group by hand, with a clock that only moves when told to.</summary>
internal sealed class GroupScript
{
    public const int SessionMs = 10_000;
    public const int RebalanceMs = 60_000;

    private const int InitialDelayMs = 10;

    private int _ids;

    public GroupScript(int initialDelayMs = InitialDelayMs, int maxSize = 10)
    {
        Group = new Group("g", new GroupSettings(initialDelayMs, 1, 100_000, maxSize, 1000, 1000));
    }

    public Group Group { get; }

    public long NowMs { get; private set; } = 1_000_000;

    /// <summary>Lets time pass, deadline by deadline, as the coordinator would.</summary>
    public void Pass(long ms)
    {
        long until = NowMs + ms;
        while (Group.NextDeadlineMs() <= until)
        {
            NowMs = Math.Max(NowMs, Group.NextDeadlineMs());
            Group.Expire(NowMs);
        }

        NowMs = until;
    }

    public Pending<JoinAnswer> Join(
        string memberId = "", string? instance = null, bool needsKnownId = false, params string[] protocols)
    {
        Pending<JoinAnswer> pending = new();
        GroupProtocol[] known = [.. (protocols.Length > 0 ? protocols : ["range"])
            .Select(p => new GroupProtocol(p, []))];
        string next = $"{instance ?? "member"}-{++_ids}";
        Group.Join(
            new JoinRequest(memberId, next, instance, "client", "/host", SessionMs, RebalanceMs, "consumer", known,
                needsKnownId),
            NowMs,
            pending.Take);
        return pending;
    }

    public Pending<SyncAnswer> Sync(JoinAnswer joined, string? instance = null, params string[] members)
    {
        Pending<SyncAnswer> pending = new();
        Group.Sync(
            Claim(joined, instance),
            members.ToDictionary(m => m, m => System.Text.Encoding.UTF8.GetBytes($"of {m}")),
            NowMs,
            pending.Take);
        return pending;
    }

    public ErrorCode Heartbeat(JoinAnswer joined, string? instance = null) =>
        Group.Heartbeat(Claim(joined, instance), NowMs);

    public ErrorCode Commit(JoinAnswer joined, string? instance = null) =>
        Group.JudgeCommit(Claim(joined, instance), NowMs);

    /// <summary>A stable group of so many members, its leader first.</summary>
    public JoinAnswer[] Stable(int members)
    {
        Pending<JoinAnswer>[] joins = [.. Enumerable.Range(0, members).Select(_ => Join())];
        Pass(2 * InitialDelayMs);
        string[] ids = [.. Group.Members.Select(m => m.Id)];
        JoinAnswer[] joined = [.. joins.Select(j => j.Value).OrderByDescending(j => j.MemberId == j.LeaderId)];
        foreach (JoinAnswer member in joined)
        {
            Sync(member, null, ids);
        }

        Assert.Equal(GroupState.Stable, Group.State);
        return joined;
    }

    private static MemberClaim Claim(JoinAnswer joined, string? instance) =>
        new(joined.Generation, joined.MemberId, instance);
}

/// <summary>An answer that may come later.</summary>
internal sealed class Pending<T>
    where T : class
{
    private T? _value;

    public bool Answered => _value is not null;

    public T Value => _value ?? throw new InvalidOperationException("There is no answer yet.");

    public void Take(T value)
    {
        Assert.Null(_value);
        _value = value;
    }
}
