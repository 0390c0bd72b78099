using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Ingestion.Relaying;

/// <summary>A partition of the door's log: actions on their way to their topics, and no state.</summary>
internal sealed class SpillProcessor : IPartitionProcessor
{
    /// <summary>The stream that all of them belong to; each has a key of its own.</summary>
    public const string Stream = "spill";

    /// <inheritdoc />
    public int FoldVersion => 1;

    /// <inheritdoc />
    public string StreamOf(in TopicRecord record) => throw ReadsNothing();

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender) => throw ReadsNothing();

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
    }

    /// <inheritdoc />
    public void Save(string stream, IStateWriter to)
    {
    }

    /// <inheritdoc />
    public void Load(string stream, IReadOnlyList<StatePart> parts)
    {
    }

    /// <inheritdoc />
    public void Unload(string stream)
    {
    }

    private static NotSupportedException ReadsNothing() => new("The door reads no topic.");
}
