using System.Globalization;
using System.Text;
using Mesh.EventStore;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>
/// Numbers the records of each stream, which is what stands before the colon: an event says <c>stream:number</c>. So
/// the log tells whether a state was ever forgotten, doubled or out of date.
/// </summary>
internal sealed class KeyedProcessor : IPartitionProcessor
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public int FoldVersion { get; init; } = 1;

    /// <summary>Events folded at start.</summary>
    public int Folded { get; private set; }

    public string StreamOf(in TopicRecord record) => Encoding.UTF8.GetString(record.Value).Split(':')[0];

    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        string stream = StreamOf(record);
        int number = _counts.GetValueOrDefault(stream) + 1;
        _counts[stream] = number;
        appender.Append(
            stream, "numbered.v1", Encoding.UTF8.GetBytes($"{stream}:{number}"), record.Root);
        return Verdict.Done;
    }

    public void Fold(in StoredEvent stored)
    {
        Folded++;
        _counts[stored.Stream] = _counts.GetValueOrDefault(stored.Stream) + 1;
    }

    public void Save(string stream, IStateWriter to) => to.Write(0, BitConverter.GetBytes(_counts[stream]));

    public void Load(string stream, IReadOnlyList<StatePart> parts) =>
        _counts.Add(stream, BitConverter.ToInt32(parts[0].Bytes));

    public void Unload(string stream) => _counts.Remove(stream);

    /// <summary>How many records a stream had; it must be in memory.</summary>
    public string CountOf(string stream) => _counts[stream].ToString(CultureInfo.InvariantCulture);
}
