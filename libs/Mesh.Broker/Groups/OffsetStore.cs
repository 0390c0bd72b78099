using Mesh.Broker.Log;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>A partition of a topic, by name.</summary>
internal readonly record struct TopicPartition(string Topic, int Partition);

/// <summary>What a group has committed for a partition, and when.</summary>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata, long CommittedAtMs);

/// <summary>
/// The offsets that groups have committed. Every change is written to a journal before it is acknowledged. Commits and
/// expiry come from the coordinator's loop; deletions and reads from anywhere, so there is a lock.
/// </summary>
internal sealed class OffsetStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<TopicPartition, CommittedOffset>> _groups =
        new(StringComparer.Ordinal);

    private readonly LogContext _context;
    private readonly Journal _journal;

    public OffsetStore(string dataDirectory, LogContext context)
    {
        _context = context;
        _journal = new Journal(Path.Combine(dataDirectory, "offsets.journal"), "the offsets' journal", context);
        long nowMs = context.NowMs();
        _journal.Replay(reader =>
        {
            string group = reader.ReadString();
            TopicPartition partition = new(reader.ReadString(), reader.ReadInt32());
            (long offset, int epoch, string metadata) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadString());

            // Entries of before offsets expired have no time: they count from now on.
            bool timed = reader.BaseStream.Position < reader.BaseStream.Length;
            CommittedOffset committed = new(offset, epoch, metadata, timed ? reader.ReadInt64() : nowMs);
            Apply(group, partition, offset < 0 ? null : committed);
        });
    }

    /// <summary>Commits offsets of one group together. They are not flushed yet.</summary>
    public ErrorCode Commit(string group, IReadOnlyList<(TopicPartition Partition, CommittedOffset Committed)> offsets)
    {
        lock (_gate)
        {
            return Change([.. offsets.Select(o => (group, o.Partition, (CommittedOffset?)o.Committed))])
                ? ErrorCode.None
                : ErrorCode.StorageError;
        }
    }

    /// <summary>Makes what was committed survive a power cut, where the broker is to.</summary>
    public bool TryFlush()
    {
        lock (_gate)
        {
            return _journal.TryFlush();
        }
    }

    public CommittedOffset? Find(string group, TopicPartition partition)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out var offsets) && offsets.TryGetValue(partition, out var found)
                ? found
                : null;
        }
    }

    public IReadOnlyList<(TopicPartition Partition, CommittedOffset Committed)> Of(string group)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out var offsets) ? [.. offsets.Select(o => (o.Key, o.Value))] : [];
        }
    }

    public bool Has(string group)
    {
        lock (_gate)
        {
            return _groups.ContainsKey(group);
        }
    }

    public IReadOnlyList<string> Groups()
    {
        lock (_gate)
        {
            return [.. _groups.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Deletes a group's offsets that match, durably; how many that were.</summary>
    public int Delete(string group, Func<TopicPartition, CommittedOffset, bool> matches)
    {
        lock (_gate)
        {
            return _groups.ContainsKey(group) ? DeleteFrom([group], matches) : 0;
        }
    }

    /// <summary>Deletes every group's offsets for a topic that is gone.</summary>
    public void DeleteTopic(string topic)
    {
        lock (_gate)
        {
            DeleteFrom([.. _groups.Keys], (p, _) => p.Topic == topic);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _journal.Dispose();
        }
    }

    private int DeleteFrom(string[] groups, Func<TopicPartition, CommittedOffset, bool> matches)
    {
        (string, TopicPartition, CommittedOffset?)[] doomed = [.. groups.SelectMany(
            g => _groups[g].Where(o => matches(o.Key, o.Value)).Select(o => (g, o.Key, (CommittedOffset?)null)))];
        return doomed.Length > 0 && Change(doomed) && _journal.TryFlush() ? doomed.Length : 0;
    }

    /// <summary>Writes changes, then makes them visible; null deletes.</summary>
    private bool Change((string Group, TopicPartition Partition, CommittedOffset? Committed)[] changes)
    {
        foreach ((string group, TopicPartition partition, CommittedOffset? committed) in changes)
        {
            AddEntry(group, partition, committed);
        }

        if (!_journal.TryWrite())
        {
            return false;
        }

        foreach ((string group, TopicPartition partition, CommittedOffset? committed) in changes)
        {
            Apply(group, partition, committed);
        }

        _journal.Tidy(AddAll);
        return true;
    }

    private void AddAll()
    {
        foreach ((string group, Dictionary<TopicPartition, CommittedOffset> offsets) in _groups)
        {
            foreach ((TopicPartition partition, CommittedOffset committed) in offsets)
            {
                AddEntry(group, partition, committed);
            }
        }
    }

    private void Apply(string group, TopicPartition partition, CommittedOffset? committed)
    {
        if (!_groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets))
        {
            _groups.Add(group, offsets = []);
        }

        if (committed is not null)
        {
            offsets[partition] = committed.Value;
        }
        else
        {
            offsets.Remove(partition);
        }

        if (offsets.Count == 0)
        {
            _groups.Remove(group);
        }
    }

    /// <summary>Offset -1 stands for a deletion.</summary>
    private void AddEntry(string group, TopicPartition partition, CommittedOffset? committed) => _journal.Add(writer =>
    {
        writer.Write(group);
        writer.Write(partition.Topic);
        writer.Write(partition.Partition);
        writer.Write(committed?.Offset ?? -1);
        writer.Write(committed?.LeaderEpoch ?? -1);
        writer.Write(committed?.Metadata ?? "");
        writer.Write(committed?.CommittedAtMs ?? _context.NowMs());
    });
}
