using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>The loop that owns the groups, and their deadlines.</summary>
internal sealed partial class GroupCoordinator
{
    private long _refusedCommits;
    private long _rebalances;

    /// <summary>Commits that came from members of another generation or of none.</summary>
    public long RefusedCommits => Interlocked.Read(ref _refusedCommits);

    /// <summary>Generations that have begun.</summary>
    public long Rebalances => Interlocked.Read(ref _rebalances);

    private void Run()
    {
        try
        {
            while (true)
            {
                long nowMs = Environment.TickCount64;
                int waitMs = (int)Math.Clamp(NextDeadlineMs() - nowMs, 0, int.MaxValue);
                bool any = _work.TryTake(out Action<long>? work, waitMs, _stopping.Token);
                nowMs = Environment.TickCount64;
                for (; any; any = _work.TryTake(out work))
                {
                    Do(work!, nowMs);
                }

                Do(ExpireDue, nowMs);
                Answer();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Whoever waits for an answer has a connection that is being closed.
        }
    }

    private void Do(Action<long> work, long nowMs)
    {
        try
        {
            work(nowMs);
        }
        catch (Exception e)
        {
            // A defect of ours in one group must not end all of them.
            BrokerMessages.GroupRequestFailed(_context.Logger, e);
        }
    }

    private void Answer()
    {
        if (_answers.Count == 0)
        {
            return;
        }

        bool durable = _offsets.TryFlush() & _store.TryFlush();
        foreach (Action<bool> answer in _answers)
        {
            answer(durable);
        }

        _answers.Clear();
    }

    private void Touched(Group group)
    {
        if (group.Changed)
        {
            group.Changed = false;
            Interlocked.Increment(ref _rebalances);
            _store.Save(group, _context.NowMs());
            BrokerMessages.GroupChanged(
                _context.Logger, group.Id, group.State, group.Generation, group.Members.Count);
        }

        Schedule(group);
    }

    private void Schedule(Group group)
    {
        long next = group.NextDeadlineMs();
        if (next < _scheduled.GetValueOrDefault(group, long.MaxValue))
        {
            _scheduled[group] = next;
            _deadlines.Enqueue(group, next);
        }
    }

    private long NextDeadlineMs() =>
        _deadlines.TryPeek(out _, out long next) ? Math.Min(next, _nextExpiryMs) : _nextExpiryMs;

    private void ExpireDue(long nowMs)
    {
        while (_deadlines.TryPeek(out Group? group, out long due) && due <= nowMs)
        {
            _deadlines.Dequeue();

            // A deadline that moved back since was asked for again, or is asked for again here.
            if (_scheduled.TryGetValue(group, out long scheduled) && scheduled == due)
            {
                _scheduled.Remove(group);
                group.Expire(nowMs);
                Touched(group);
            }
        }

        if (_nextExpiryMs <= nowMs)
        {
            _nextExpiryMs = nowMs + _settings.OffsetsCheckMs;
            ExpireOffsets();
        }
    }

    /// <summary>
    /// Deletes what an empty group has not committed anew for the retention, counted from when it became empty, or for
    /// a group that never had members from the commit (KIP-211). A group with neither offsets nor members goes as well.
    /// </summary>
    private void ExpireOffsets()
    {
        long nowMs = _context.NowMs();
        foreach (Group group in _groups.Values.Where(g => g.State == GroupState.Empty && g.IsDeserted).ToArray())
        {
            long emptySince = _store.EmptySince(group.Id) ?? 0;
            int deleted = _offsets.Delete(
                group.Id, (_, o) => nowMs - Math.Max(o.CommittedAtMs, emptySince) >= _settings.OffsetsRetentionMs);
            if (deleted > 0)
            {
                BrokerMessages.OffsetsExpired(_context.Logger, deleted, group.Id);
            }

            if (!_offsets.Has(group.Id))
            {
                Forget(group);
            }
        }
    }

    private void Forget(Group group)
    {
        _groups.Remove(group.Id);
        _scheduled.Remove(group);
        _store.Delete(group.Id);
    }

    /// <summary>The groups as one turn of the loop sees them. Must not be kept.</summary>
    internal readonly struct GroupsView(GroupCoordinator owner, long nowMs)
    {
        public IEnumerable<Group> All => owner._groups.Values.OrderBy(g => g.Id, StringComparer.Ordinal);

        public Group? Find(string id) => owner._groups.GetValueOrDefault(id);

        /// <summary>Deletes a group and its offsets, unless it has members.</summary>
        public ErrorCode Delete(string id)
        {
            if (!owner._groups.TryGetValue(id, out Group? group))
            {
                return ErrorCode.GroupIdNotFound;
            }

            group.Expire(nowMs);
            if (!group.IsDeserted)
            {
                return ErrorCode.NonEmptyGroup;
            }

            owner._offsets.Delete(id, (_, _) => true);
            owner.Forget(group);
            return ErrorCode.None;
        }

        /// <summary>Deletes one committed offset, unless members read its topic.</summary>
        public ErrorCode DeleteOffset(Group group, TopicPartition partition)
        {
            if (group.Subscribes(partition.Topic))
            {
                return ErrorCode.GroupSubscribedToTopic;
            }

            owner._offsets.Delete(group.Id, (p, _) => p == partition);
            return ErrorCode.None;
        }
    }
}
