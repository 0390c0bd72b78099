using System.Text;
using Mesh.Bus;
using Mesh.EventStore;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>
/// Counts the records that it is given and appends an event for each, with the record's value as body. Values that
/// begin with '-' decide nothing; those in <see cref="NotYet"/> have to wait.
/// </summary>
internal sealed class CountingProcessor(Func<string, EventTarget?> target) : IPartitionProcessor
{
    public const string Type = "counted.v1";
    public const string Stream = "s";

    public HashSet<string> NotYet { get; } = [];

    /// <summary>What the state holds: decided or folded, in order.</summary>
    public List<string> Counted { get; } = [];

    /// <summary>What readers may see.</summary>
    public List<string> Visible { get; } = [];

    public List<RecordRoot> Roots { get; } = [];

    public int FoldVersion => 1;

    public string StreamOf(in TopicRecord record) => Stream;

    public bool IsPinned(string stream) => true;

    public void Save(string stream, IStateWriter to) =>
        to.Write(0, Encoding.UTF8.GetBytes(string.Join('\n', Counted)));

    public void Load(string stream, IReadOnlyList<StatePart> parts)
    {
        Counted.AddRange(Encoding.UTF8.GetString(parts[0].Bytes).Split('\n'));
        Visible.AddRange(Counted);
    }

    public void Unload(string stream) => throw new InvalidOperationException("It is pinned.");

    public void Fold(in StoredEvent stored) => Counted.Add(Encoding.UTF8.GetString(stored.Body));

    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        string value = Encoding.UTF8.GetString(record.Value);
        if (NotYet.Contains(value))
        {
            return Verdict.Wait;
        }

        Roots.Add(record.Root);
        if (!value.StartsWith('-'))
        {
            Count(value, appender, record.Root);
        }

        return Verdict.Done;
    }

    public void Count(string value, IEventAppender appender, RecordRoot root = default)
    {
        Counted.Add(value);
        appender.Append(Stream, Type, Encoding.UTF8.GetBytes(value), root, target(value));
    }

    public void Committed(in StoredEvent stored) => Visible.Add(Encoding.UTF8.GetString(stored.Body));
}
