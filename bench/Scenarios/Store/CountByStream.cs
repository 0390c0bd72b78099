using System.Runtime.InteropServices;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>The least that a service can fold: how many events each stream has, saved in eight bytes.</summary>
internal sealed class CountByStream : IPartitionProcessor
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    public int FoldVersion => 1;

    /// <summary>Events folded since the start.</summary>
    internal long Folded { get; private set; }

    public string StreamOf(in TopicRecord record) => SampleEvent.Stream(record.Partition, record.Offset, 1);

    public Verdict Process(in TopicRecord record, IEventAppender appender) => Verdict.Done;

    public void Fold(in StoredEvent stored)
    {
        Folded++;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, stored.Stream, out _)++;
    }

    public void Save(string stream, IStateWriter to) => to.Write(0, BitConverter.GetBytes(_counts[stream]));

    public void Load(string stream, IReadOnlyList<StatePart> parts) =>
        _counts.Add(stream, BitConverter.ToInt64(parts[0].Bytes));

    public void Unload(string stream) => _counts.Remove(stream);
}
