using System.Buffers.Binary;
using System.Diagnostics;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>When each record's event was known to be durable, in the one service and in the next.</summary>
internal sealed class HopStamps(long records)
{
    private readonly long[] _first = new long[records];
    private readonly long[] _second = new long[records];
    private readonly Lock _waiting = new();
    private TaskCompletionSource? _reached;
    private long _until;
    private long _arrived;

    /// <summary>Completes when so many records have come through, of all that were ever sent.</summary>
    internal Task UntilAsync(long arrived)
    {
        lock (_waiting)
        {
            _until = arrived;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Volatile.Read(ref _arrived) >= arrived)
            {
                _reached.SetResult();
            }

            return _reached.Task;
        }
    }

    /// <summary>Milliseconds from the one commit to the other.</summary>
    internal double HopMs(long record) => Stopwatch.GetElapsedTime(_first[record], _second[record]).TotalMilliseconds;

    /// <summary>Milliseconds from a moment to the second commit.</summary>
    internal double SinceMs(long moment, long record) =>
        Stopwatch.GetElapsedTime(moment, _second[record]).TotalMilliseconds;

    internal void First(long record) => _first[record] = Stopwatch.GetTimestamp();

    internal void Second(long record)
    {
        _second[record] = Stopwatch.GetTimestamp();
        if (Interlocked.Increment(ref _arrived) < Volatile.Read(ref _until))
        {
            return;
        }

        lock (_waiting)
        {
            if (Volatile.Read(ref _arrived) >= _until)
            {
                _reached?.TrySetResult();
            }
        }
    }
}

/// <summary>
/// One event for each record, with the record's value for its body: for a target in the first service, for none in the
/// second.
/// </summary>
internal sealed class HopProcessor(int partition, EventTarget? target, Action<long> durable) : IPartitionProcessor
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    public int FoldVersion => 1;

    /// <summary>A value begins with its record's number.</summary>
    internal static long NumberOf(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadInt64LittleEndian(value);

    internal static byte[] ValueOf(long number)
    {
        byte[] value = [.. SampleEvent.Body];
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        return value;
    }

    public string StreamOf(in TopicRecord record) =>
        SampleEvent.Stream(partition, NumberOf(record.Value), HopPart.Streams);

    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        string stream = StreamOf(record);
        _counts[stream] = _counts.GetValueOrDefault(stream) + 1;
        appender.Append(stream, SampleEvent.Type, record.Value, record.Root, target);
        return Verdict.Done;
    }

    public void Fold(in StoredEvent stored) =>
        _counts[stored.Stream] = _counts.GetValueOrDefault(stored.Stream) + 1;

    public void Committed(in StoredEvent stored) => durable(NumberOf(stored.Body));

    public void Save(string stream, IStateWriter to) => to.Write(0, BitConverter.GetBytes(_counts[stream]));

    public void Load(string stream, IReadOnlyList<StatePart> parts) =>
        _counts.Add(stream, BitConverter.ToInt64(parts[0].Bytes));

    public void Unload(string stream) => _counts.Remove(stream);
}
