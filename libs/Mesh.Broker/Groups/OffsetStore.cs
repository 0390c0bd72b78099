using System.Buffers.Binary;
using System.Text;
using Mesh.Broker.Log;
using Mesh.Broker.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Groups;

/// <summary>A partition of a topic, by name.</summary>
internal readonly record struct TopicPartition(string Topic, int Partition);

/// <summary>What a group has committed for a partition.</summary>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata);

/// <summary>
/// The offsets that groups have committed. Every change is a checksummed entry at the end of a journal, written before
/// it is acknowledged; the journal is rewritten when most of it is overtaken. One lock.
/// </summary>
internal sealed class OffsetStore : IDisposable
{
    private const int EntryOverhead = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<TopicPartition, CommittedOffset>> _groups =
        new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly LogContext _context;
    private readonly MemoryStream _entry = new();
    private SafeFileHandle _journal;
    private long _length;
    private long _rewrittenLength;

    public OffsetStore(string dataDirectory, LogContext context)
    {
        _path = Path.Combine(dataDirectory, "offsets.journal");
        _context = context;
        _journal = Open();
        Replay();
        _rewrittenLength = _length;
    }

    /// <summary>Commits offsets of one group together.</summary>
    public ErrorCode Commit(string group, IReadOnlyList<(TopicPartition Partition, CommittedOffset Committed)> offsets)
    {
        lock (_gate)
        {
            _entry.SetLength(0);
            foreach ((TopicPartition partition, CommittedOffset committed) in offsets)
            {
                AddEntry(group, partition, committed);
            }

            return Write(() =>
            {
                foreach ((TopicPartition partition, CommittedOffset committed) in offsets)
                {
                    Apply(group, partition, committed);
                }
            });
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

    public IReadOnlyList<string> Groups()
    {
        lock (_gate)
        {
            return [.. _groups.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Deletes a group's offsets that match; whether there was any such group.</summary>
    public bool Delete(string group, Func<TopicPartition, bool> matches)
    {
        lock (_gate)
        {
            return _groups.ContainsKey(group) && DeleteFrom([group], matches);
        }
    }

    /// <summary>Deletes every group's offsets for a topic that is gone.</summary>
    public void DeleteTopic(string topic)
    {
        lock (_gate)
        {
            DeleteFrom([.. _groups.Keys], p => p.Topic == topic);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _journal.Dispose();
        }
    }

    private bool DeleteFrom(string[] groups, Func<TopicPartition, bool> matches)
    {
        (string Group, TopicPartition Partition)[] doomed = [.. groups.SelectMany(
            g => _groups[g].Keys.Where(matches).Select(p => (g, p)))];
        _entry.SetLength(0);
        foreach ((string group, TopicPartition partition) in doomed)
        {
            AddEntry(group, partition, null);
        }

        return Write(() =>
        {
            foreach ((string group, TopicPartition partition) in doomed)
            {
                Apply(group, partition, null);
            }
        }) == ErrorCode.None;
    }

    private ErrorCode Write(Action apply)
    {
        try
        {
            RandomAccess.Write(_journal, _entry.GetBuffer().AsSpan(0, (int)_entry.Length), _length);
            if (_context.FlushAlways)
            {
                RandomAccess.FlushToDisk(_journal);
            }

            _length += _entry.Length;
            apply();
            if (_length > 2 * _rewrittenLength + Limits.JournalSlackBytes)
            {
                Rewrite();
            }

            return ErrorCode.None;
        }
        catch (IOException e)
        {
            BrokerMessages.WriteFailed(_context.Logger, "the offsets' journal", e);
            return ErrorCode.StorageError;
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
        else if (offsets.Remove(partition) && offsets.Count == 0)
        {
            _groups.Remove(group);
        }
    }

    /// <summary>An entry: length, CRC-32C, then what was committed; offset -1 stands for a deletion.</summary>
    private void AddEntry(string group, TopicPartition partition, CommittedOffset? committed)
    {
        int start = (int)_entry.Length;
        _entry.Position = start + EntryOverhead;
        using (BinaryWriter writer = new(_entry, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(group);
            writer.Write(partition.Topic);
            writer.Write(partition.Partition);
            writer.Write(committed?.Offset ?? -1);
            writer.Write(committed?.LeaderEpoch ?? -1);
            writer.Write(committed?.Metadata ?? "");
        }

        Span<byte> entry = _entry.GetBuffer().AsSpan(start, (int)_entry.Length - start);
        BinaryPrimitives.WriteInt32LittleEndian(entry, entry.Length - EntryOverhead);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Crc32C.Of(entry[EntryOverhead..]));
    }

    private void Rewrite()
    {
        _entry.SetLength(0);
        foreach ((string group, Dictionary<TopicPartition, CommittedOffset> offsets) in _groups)
        {
            foreach ((TopicPartition partition, CommittedOffset committed) in offsets)
            {
                AddEntry(group, partition, committed);
            }
        }

        AtomicFile.Write(_path, _entry.GetBuffer().AsSpan(0, (int)_entry.Length));
        _journal.Dispose();
        _journal = Open();
        _length = _rewrittenLength = _entry.Length;
        _entry.Capacity = 4096 > (int)_entry.Length ? 4096 : (int)_entry.Length;
    }

    private SafeFileHandle Open() =>
        File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private void Replay()
    {
        byte[] journal = File.ReadAllBytes(_path);
        int position = 0;
        while (journal.Length - position >= EntryOverhead)
        {
            ReadOnlySpan<byte> entry = journal.AsSpan(position);
            int length = BinaryPrimitives.ReadInt32LittleEndian(entry);
            if (length <= 0 || length > entry.Length - EntryOverhead
                || BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != Crc32C.Of(entry.Slice(EntryOverhead, length)))
            {
                break;
            }

            using BinaryReader reader = new(new MemoryStream(journal, position + EntryOverhead, length), Encoding.UTF8);
            string group = reader.ReadString();
            TopicPartition partition = new(reader.ReadString(), reader.ReadInt32());
            CommittedOffset committed = new(reader.ReadInt64(), reader.ReadInt32(), reader.ReadString());
            Apply(group, partition, committed.Offset < 0 ? null : committed);
            position += EntryOverhead + length;
        }

        if (position < journal.Length)
        {
            BrokerMessages.TailCut(
                _context.Logger, "the offsets' journal", _path, journal.Length - position, position);
            RandomAccess.SetLength(_journal, position);
        }

        _length = position;
    }
}
