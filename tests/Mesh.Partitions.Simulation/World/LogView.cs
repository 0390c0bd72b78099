using Mesh.EventStore;
using Mesh.Partitions.Simulation.Deciding;

namespace Mesh.Partitions.Simulation.World;

/// <summary>What a partition's log says, kept beside it: by stream, by target, by id.</summary>
internal sealed class LogView
{
    private readonly Dictionary<int, long> _sent = [];

    /// <summary>By stream, what its events did, and where.</summary>
    public Dictionary<string, List<(long Position, long Number)>> Streams { get; } = new(StringComparer.Ordinal);

    /// <summary>By target partition, the events that go there, in order.</summary>
    public Dictionary<int, List<StoredEvent>> Targets { get; } = [];

    /// <summary>Every event's number, and its position.</summary>
    public Dictionary<long, long> Numbers { get; } = [];

    /// <summary>By epoch, who took it.</summary>
    public Dictionary<long, Guid> Writers { get; } = [];

    /// <summary>Offsets up to which the row was checked, by topic.</summary>
    public Dictionary<string, long> Checked { get; } = new(StringComparer.Ordinal);

    /// <summary>By target partition, the last position that has arrived there.</summary>
    public long[] Arrived { get; } = new long[Settings.Partitions];

    /// <summary>By target partition, how many of its events are relayed.</summary>
    public int[] Relayed { get; } = new int[Settings.Partitions];

    /// <summary>Downstream: by origin partition, how many of its events are here.</summary>
    public int[] Taken { get; } = new int[Settings.Partitions];

    public int CountOf(string stream) =>
        Streams.TryGetValue(stream, out List<(long Position, long Number)>? events) ? events.Count : 0;

    public void Add(in StoredEvent stored, bool upstream)
    {
        Deed deed = Deed.Decode(stored.Body);
        long number = Tally.NumberOf(deed.Id, deed.Part);
        if (!Streams.TryGetValue(stored.Stream, out List<(long Position, long Number)>? events))
        {
            Streams.Add(stored.Stream, events = []);
        }

        Violation.Unless(
            Numbers.TryAdd(number, stored.Position), upstream ? "2 decided twice" : "3 effect twice",
            $"{deed} is at {Trace.At(stored.Position)}, and at {Trace.At(Numbers[number])} before");
        events.Add((stored.Position, number));
        Violation.Unless(
            deed.Number == events.Count, "5 state",
            $"{deed} at {Trace.At(stored.Position)} is event {events.Count} of its stream");
        if (stored.Target is { } target)
        {
            Chain(stored, target.Partition);
        }
    }

    private void Chain(in StoredEvent stored, int target)
    {
        _sent.TryGetValue(target, out long before);
        Violation.Unless(
            stored.Previous == before, "3 chain",
            $"{Trace.At(stored.Position)} names {Trace.At(stored.Previous)} before it, not {Trace.At(before)}");
        _sent[target] = stored.Position;
        if (!Targets.TryGetValue(target, out List<StoredEvent>? events))
        {
            Targets.Add(target, events = []);
        }

        events.Add(stored);
    }
}
