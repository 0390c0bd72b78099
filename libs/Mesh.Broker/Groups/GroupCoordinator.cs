using System.Collections.Concurrent;
using Mesh.Broker.Log;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>
/// All groups, owned by one loop on a thread of its own. Requests hand in what is to be done and wait for the answer.
/// The loop takes all that has come, then flushes once where the broker flushes, then answers: so a commit is judged
/// and written in one turn, and no member that the group has given up meanwhile can slip one in.
/// </summary>
internal sealed partial class GroupCoordinator : IDisposable
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Group, long> _deadlines = new();
    private readonly Dictionary<Group, long> _scheduled = [];
    private readonly BlockingCollection<Action<long>> _work = new(Limits.MaxConnections);
    private readonly List<Action<bool>> _answers = [];
    private readonly GroupSettings _settings;
    private readonly OffsetStore _offsets;
    private readonly GroupStore _store;
    private readonly LogContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _loop;
    private long _nextExpiryMs;

    public GroupCoordinator(string dataDirectory, GroupSettings settings, OffsetStore offsets, LogContext context)
    {
        _settings = settings;
        _offsets = offsets;
        _context = context;
        _store = new GroupStore(dataDirectory, context);
        long nowMs = Environment.TickCount64;
        foreach (StoredGroup stored in _store.All)
        {
            Group group = GetOrAdd(stored.Id);
            group.Restore(stored, nowMs);
            Schedule(group);
        }

        foreach (string id in offsets.Groups())
        {
            GetOrAdd(id);
        }

        _nextExpiryMs = nowMs;
        _loop = new Thread(Run) { IsBackground = true, Name = "Mesh.Broker groups" };
        _loop.Start();
    }

    public Task<JoinAnswer> JoinAsync(string groupId, JoinRequest request)
    {
        ErrorCode refusal = groupId.Length is 0 or > Limits.MaxGroupIdBytes ? ErrorCode.InvalidGroupId
            : request.SessionTimeoutMs < _settings.MinSessionTimeoutMs
                || request.SessionTimeoutMs > _settings.MaxSessionTimeoutMs ? ErrorCode.InvalidSessionTimeout
            : request.Protocols.Sum(p => (long)p.Metadata.Length) > Limits.MaxMemberBytes ? ErrorCode.PolicyViolation
            : ErrorCode.None;
        return refusal != ErrorCode.None
            ? Task.FromResult(JoinAnswer.Refused(refusal, request.MemberId))
            : Ask<JoinAnswer>((nowMs, answer) =>
            {
                Group? group = request.MemberId.Length == 0 ? FindOrAdd(groupId) : _groups.GetValueOrDefault(groupId);
                if (group is null)
                {
                    ErrorCode error = request.MemberId.Length == 0
                        ? ErrorCode.GroupMaxSizeReached
                        : ErrorCode.UnknownMemberId;
                    answer(JoinAnswer.Refused(error, request.MemberId));
                    return;
                }

                group.Join(request, nowMs, answer);
                Touched(group);
            });
    }

    public Task<SyncAnswer> SyncAsync(
        string groupId, MemberClaim claim, IReadOnlyDictionary<string, byte[]> assignments) =>
        assignments.Values.Sum(a => (long)a.Length) > Limits.MaxAssignmentBytes
            ? Task.FromResult(SyncAnswer.Refused(ErrorCode.PolicyViolation))
            : AskGroup<SyncAnswer>(
                groupId,
                () => SyncAnswer.Refused(ErrorCode.UnknownMemberId),
                (group, nowMs, answer) => group.Sync(claim, assignments, nowMs, answer));

    public Task<ErrorCode> HeartbeatAsync(string groupId, MemberClaim claim) => AskGroup<ErrorCode>(
        groupId,
        () => ErrorCode.UnknownMemberId,
        (group, nowMs, answer) => answer(group.Heartbeat(claim, nowMs)));

    public Task<ErrorCode[]> LeaveAsync(
        string groupId, IReadOnlyList<(string MemberId, string? InstanceId)> leaving) => AskGroup<ErrorCode[]>(
        groupId,
        () => [.. leaving.Select(_ => ErrorCode.UnknownMemberId)],
        (group, nowMs, answer) =>
            answer([.. leaving.Select(l => group.Leave(l.MemberId, l.InstanceId, nowMs))]));

    /// <summary>Judges and writes a commit; it is durable when this answers without an error.</summary>
    public Task<ErrorCode> CommitAsync(
        string groupId, MemberClaim claim, IReadOnlyList<(TopicPartition, CommittedOffset)> offsets)
    {
        TaskCompletionSource<ErrorCode> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Hand(nowMs =>
        {
            ErrorCode error = Commit(groupId, claim, offsets, nowMs);
            _answers.Add(durable => done.TrySetResult(
                error == ErrorCode.None && !durable ? ErrorCode.StorageError : error));
        });
        return done.Task;
    }

    /// <summary>Runs a question or an operator's change between the members' requests.</summary>
    public Task<T> InspectAsync<T>(Func<GroupsView, T> inspect) =>
        Ask<T>((nowMs, answer) => answer(inspect(new GroupsView(this, nowMs))));

    public void Dispose()
    {
        _stopping.Cancel();
        _loop.Join();
        _store.Dispose();
        _work.Dispose();
        _stopping.Dispose();
    }

    private Task<T> AskGroup<T>(string groupId, Func<T> unknown, Action<Group, long, Action<T>> ask) =>
        Ask<T>((nowMs, answer) =>
        {
            if (!_groups.TryGetValue(groupId, out Group? group))
            {
                answer(unknown());
                return;
            }

            ask(group, nowMs, answer);
            Touched(group);
        });

    private Task<T> Ask<T>(Action<long, Action<T>> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Hand(nowMs =>
        {
            try
            {
                work(nowMs, value => _answers.Add(_ => done.TrySetResult(value)));
            }
            catch (Exception e)
            {
                // Whoever asked gets it; the groups go on.
                done.TrySetException(e);
            }
        });
        return done.Task;
    }

    private void Hand(Action<long> work) => _work.Add(work, _stopping.Token);

    private ErrorCode Commit(
        string groupId, MemberClaim claim, IReadOnlyList<(TopicPartition, CommittedOffset)> offsets, long nowMs)
    {
        Group? group = _groups.GetValueOrDefault(groupId);
        if (group is null && claim.Generation >= 0)
        {
            return ErrorCode.IllegalGeneration;
        }

        group ??= FindOrAdd(groupId);
        if (group is null)
        {
            return ErrorCode.GroupMaxSizeReached;
        }

        ErrorCode refusal = group.JudgeCommit(claim, nowMs);
        Touched(group);
        if (refusal != ErrorCode.None)
        {
            Interlocked.Increment(ref _refusedCommits);
            BrokerMessages.CommitRefused(_context.Logger, groupId, claim.MemberId, claim.Generation, refusal);
            return refusal;
        }

        return offsets.Count > 0 ? _offsets.Commit(groupId, offsets) : ErrorCode.None;
    }

    private Group? FindOrAdd(string groupId) =>
        _groups.TryGetValue(groupId, out Group? group) ? group
        : _groups.Count < Limits.MaxGroups ? GetOrAdd(groupId)
        : null;

    private Group GetOrAdd(string groupId)
    {
        if (!_groups.TryGetValue(groupId, out Group? group))
        {
            _groups.Add(groupId, group = new Group(groupId, _settings));
        }

        return group;
    }
}
