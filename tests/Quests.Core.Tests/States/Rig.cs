using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.States.Tests;

/// <summary>A stream's saved rows: the head is replaced, a sealed part is written once.</summary>
internal sealed class StateRows : IStateWriter
{
    private readonly SortedDictionary<int, byte[]> _rows = [];

    /// <summary>How often each part was written since the beginning, by part.</summary>
    public List<int> Written { get; } = [];

    public IReadOnlyList<StatePart> Parts => [.. _rows.Select(row => new StatePart(row.Key, row.Value))];

    public void Write(int part, byte[] bytes)
    {
        Written.Add(part);
        if (part == 0)
        {
            _rows[0] = bytes;
        }
        else
        {
            Assert.True(_rows.TryAdd(part, bytes), $"Sealed part {part} is written again.");
        }
    }
}

/// <summary>A processor in a test: records go in, events come out, states are saved and loaded in between.</summary>
internal sealed class Rig(IPartitionProcessor processor) : IEventAppender
{
    private readonly Dictionary<string, StateRows> _saved = new(StringComparer.Ordinal);

    public IPartitionProcessor Processor => processor;

    /// <summary>What was appended: stream, type, body, and whether it goes to a topic.</summary>
    public List<(string Stream, string Type, string Body, bool Sent)> Log { get; } = [];

    /// <summary>The same events as the log holds them.</summary>
    public List<StoredEvent> Stored { get; } = [];

    public StateRows RowsOf(string stream)
    {
        if (!_saved.TryGetValue(stream, out StateRows? rows))
        {
            rows = new StateRows();
            _saved.Add(stream, rows);
        }

        return rows;
    }

    public void Process(byte[] value, int offset)
    {
        TopicRecord record = new("topic", 0, offset, value, default);
        string stream = processor.StreamOf(record);
        int before = Log.Count;
        Assert.Equal(Verdict.Done, processor.Process(record, this));
        Assert.All(Log.Skip(before), appended => Assert.Equal(stream, appended.Stream));
    }

    public void Append(string stream, string type, byte[] body, in RecordRoot root, EventTarget? target = null)
    {
        Log.Add((stream, type, Convert.ToHexString(body), target is not null));
        Stored.Add(new StoredEvent(Stored.Count + 1, stream, type, body, [], target, 0));
    }

    /// <summary>Saves a stream's state.</summary>
    public void Save(string stream) => processor.Save(stream, RowsOf(stream));

    /// <summary>Saves a stream's state, lets it leave memory, and loads it. There may be none yet.</summary>
    public void Reload(string stream)
    {
        Save(stream);
        processor.Unload(stream);
        if (RowsOf(stream).Parts is { Count: > 0 } parts)
        {
            processor.Load(stream, parts);
        }
    }

    /// <summary>Saves two times more: the head comes out the same, and nothing else does.</summary>
    public void AssertSavedTwiceIsTheSame(string stream)
    {
        StateRows rows = RowsOf(stream);
        Save(stream);
        if (rows.Parts.Count == 0)
        {
            return;
        }

        byte[] head = rows.Parts[0].Bytes;
        int written = rows.Written.Count;
        Save(stream);
        Assert.Equal([0], rows.Written.Skip(written));
        Assert.Equal(head, rows.Parts[0].Bytes);
    }

    /// <summary>
    /// Runs random records twice, once with streams that leave memory and come back anywhere between them: what is
    /// decided is the same, and the streams are long enough to have sealed parts.
    /// </summary>
    /// <returns>The processor that was left alone, and the one whose streams came and went.</returns>
    public static (IPartitionProcessor Whole, IPartitionProcessor Saved) AssertComesBackAnywhere(
        Random random, IReadOnlyList<string> streams, int count, Func<IPartitionProcessor> create,
        Func<Random, byte[]> anyRecord)
    {
        Rig whole = new(create());
        Rig saved = new(create());
        for (int i = 0; i < count; i++)
        {
            byte[] record = anyRecord(random);
            whole.Process(record, i);
            saved.Process(record, i);
            if (random.Next(40) == 0)
            {
                string stream = streams[random.Next(streams.Count)];
                saved.Reload(stream);
                saved.AssertSavedTwiceIsTheSame(stream);
            }
        }

        Assert.Equal(whole.Log, saved.Log);
        Assert.All(streams, stream => Assert.True(saved.RowsOf(stream).Parts.Count > 2, "No chunk was sealed."));
        return (whole.Processor, saved.Processor);
    }
}
