using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Simulation.World;

namespace Mesh.Partitions.Simulation.Deciding;

/// <summary>Something outside that records wait for.</summary>
internal sealed class Gate
{
    public bool IsOpen { get; set; }
}

/// <summary>
/// Decides deeds. Upstream: an action that its stream has seen decides nothing, a new one appends its events.
/// Downstream: each record appends one event, seen or not.
/// </summary>
internal sealed class TallyProcessor(
    int partition, bool upstream, int foldVersion, bool pins, Gate gate, Coverage coverage) : IPartitionProcessor
{
    private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);

    public int FoldVersion => foldVersion;

    /// <summary>The states in memory.</summary>
    public IReadOnlyDictionary<string, Tally> Tallies => _tallies;

    public string StreamOf(in TopicRecord record) => Settings.Streams[record.Value[0]];

    public bool IsPinned(string stream) => pins && stream is "k0" or "k3";

    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        Deed deed = Deed.Decode(record.Value);
        if (upstream && deed.Kind == DeedKind.Delayed && !gate.IsOpen && !Of(deed.Key).Knows(deed.Id))
        {
            coverage.Count(Happening.Waited);
            return Verdict.Wait;
        }

        Decide(deed, appender);
        return Verdict.Done;
    }

    public void Decide(in Deed deed, IEventAppender appender)
    {
        Tally tally = Of(deed.Key);
        if (!upstream)
        {
            Append(tally, deed, deed.Part, null, appender);
        }
        else if (!tally.Knows(deed.Id))
        {
            int? target = deed.Kind switch
            {
                DeedKind.Kept => null,
                DeedKind.Crossed => 1 - partition,
                _ => partition,
            };
            Append(tally, deed, 0, target, appender);
            if (deed.Kind == DeedKind.Doubled)
            {
                Append(tally, deed, 1, 1 - partition, appender);
            }
        }
    }

    /// <summary>How many events a stream has, as this memory knows.</summary>
    public int CountOf(string stream) => _tallies.TryGetValue(stream, out Tally? tally) ? tally.Done.Count : 0;

    public void Fold(in StoredEvent stored)
    {
        Deed deed = Deed.Decode(stored.Body);
        Of(deed.Key).Add(deed);
    }

    public void Save(string stream, IStateWriter to) => Of(stream[1] - '0').Save(to);

    public void Load(string stream, IReadOnlyList<StatePart> parts)
    {
        Violation.Unless(!_tallies.ContainsKey(stream), "5 state", $"{stream} is loaded over itself");
        coverage.Count(Happening.Load);
        _tallies[stream] = Tally.Load(parts);
    }

    public void Unload(string stream)
    {
        coverage.Count(Happening.Eviction);
        _tallies.Remove(stream);
    }

    private static void Append(Tally tally, in Deed deed, byte part, int? target, IEventAppender appender)
    {
        Deed done = deed with { Part = part, Number = tally.Done.Count + 1 };
        tally.Add(done);
        EventTarget? to = target is { } n ? new EventTarget(Settings.Out, n) : null;
        appender.Append(Settings.Streams[deed.Key], Deed.Type, done.Encode(), default(RecordRoot), to);
    }

    private Tally Of(int key)
    {
        string stream = Settings.Streams[key];
        if (!_tallies.TryGetValue(stream, out Tally? tally))
        {
            _tallies.Add(stream, tally = new Tally());
        }

        return tally;
    }
}
