using Confluent.Kafka;

namespace Mesh.Bus.Reading;

/// <summary>
/// What a consumer is to read. Anybody asks for a change; the reader's thread makes it, between two reads, so that a
/// record belongs to one assignment for certain: when a partition is taken away, the client drops what it has fetched
/// of it.
/// </summary>
internal sealed class Assignments(IConsumer<byte[]?, byte[]> consumer, string topic, StartChecks checks)
{
    private const int None = 0;

    private readonly Lock _gate = new();
    private List<Change> _asked = [];
    private List<Change> _making = [];
    private int _last;
    private volatile bool _changed;
    private bool _closed;

    // The reader's thread alone: by partition, the number of its assignment, and whether it is held back.
    private int[] _numbers = [];
    private bool[] _paused = [];

    private enum Kind
    {
        Assign,
        Unassign,
        Pause,
        Resume,
    }

    /// <summary>Asks for a partition from an offset on. Returns the assignment's number: 1, 2, …</summary>
    public int Assign(TopicStart start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start.Partition);
        return Ask(new Change(Kind.Assign, start.Partition, start, None));
    }

    public void Unassign(int partition) => Ask(new Change(Kind.Unassign, partition, null, None));

    public void Pause(int partition) => Ask(new Change(Kind.Pause, partition, null, None));

    public void Resume(int partition) => Ask(new Change(Kind.Resume, partition, null, None));

    /// <summary>From now on nothing can be asked for.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <summary>The number of a partition's assignment; 0: it has none. The reader's thread alone.</summary>
    public int NumberOf(int partition) => (uint)partition < (uint)_numbers.Length ? _numbers[partition] : None;

    /// <summary>
    /// Makes the changes asked for so far. Of several for one partition the last counts, and all partitions begin with
    /// one fetch. The reader's thread alone.
    /// </summary>
    public void Make()
    {
        if (!_changed)
        {
            return;
        }

        lock (_gate)
        {
            (_making, _asked) = (_asked, _making);
            _changed = false;
        }

        Dictionary<int, Change> places = [];
        Dictionary<int, bool> pauses = [];
        foreach (Change change in _making)
        {
            if (change.Kind is Kind.Assign or Kind.Unassign)
            {
                places[change.Partition] = change;
                pauses[change.Partition] = false;
            }
            else
            {
                pauses[change.Partition] = change.Kind == Kind.Pause;
            }
        }

        _making.Clear();
        Place(places.Values);
        HoldBack(pauses);
    }

    /// <summary>Goes on with an assigned partition at another offset. The reader's thread alone.</summary>
    public void Move(int partition, long offset)
    {
        consumer.IncrementalUnassign([new TopicPartition(topic, partition)]);
        consumer.IncrementalAssign([new TopicPartitionOffset(topic, partition, new Offset(offset))]);
    }

    private int Ask(Change change)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(TopicReader));
            int number = change.Kind == Kind.Assign ? ++_last : None;
            _asked.Add(change with { Number = number });
            _changed = true;
            return number;
        }
    }

    private void Place(ICollection<Change> changes)
    {
        List<TopicPartition> ended = [];
        List<TopicPartitionOffset> begun = [];
        foreach (Change change in changes)
        {
            TopicPartition partition = new(topic, change.Partition);
            if (NumberOf(change.Partition) != None)
            {
                ended.Add(partition);
            }

            if (change.Start is { } start)
            {
                begun.Add(new TopicPartitionOffset(partition, new Offset(checks.Begin(start))));
            }
            else
            {
                checks.End(change.Partition);
            }
        }

        if (ended.Count > 0)
        {
            // A partition held back would begin held back again.
            List<TopicPartition> paused = [.. ended.Where(p => _paused[p.Partition.Value])];
            consumer.Resume(paused);
            consumer.IncrementalUnassign(ended);
        }

        foreach (Change change in changes)
        {
            Note(change.Partition, change.Number);
        }

        if (begun.Count > 0)
        {
            consumer.IncrementalAssign(begun);
        }
    }

    private void HoldBack(Dictionary<int, bool> pauses)
    {
        foreach ((int partition, bool pause) in pauses)
        {
            if (NumberOf(partition) == None || _paused[partition] == pause)
            {
                continue;
            }

            _paused[partition] = pause;
            TopicPartition[] one = [new TopicPartition(topic, partition)];
            if (pause)
            {
                consumer.Pause(one);
            }
            else
            {
                consumer.Resume(one);
            }
        }
    }

    private void Note(int partition, int number)
    {
        if (partition >= _numbers.Length)
        {
            if (number == None)
            {
                return;
            }

            Array.Resize(ref _numbers, partition + 1);
            Array.Resize(ref _paused, partition + 1);
        }

        _numbers[partition] = number;
        _paused[partition] = false;
    }

    private readonly record struct Change(Kind Kind, int Partition, TopicStart? Start, int Number);
}
