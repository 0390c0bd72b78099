using System.Diagnostics;
using Mesh.Bench.Running;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>Reads the topics on the way as the services do, and notes when an action's record could be read.</summary>
internal sealed class TopicWatchers : IAsyncDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TopicReader> _readers = [];

    // The wall clock and the stopwatch at one moment: the door tells the time by the one, we by the other.
    private readonly long _wall = MicrosNow();
    private readonly long _ticks = Stopwatch.GetTimestamp();
    private readonly Lock _following = new();
    private volatile Track[] _tracks = [];

    /// <param name="broker">Where the topics are.</param>
    /// <param name="lanes">How many lanes are read: one costs the machine less, beside a backlog in another.</param>
    internal TopicWatchers(string broker, int lanes)
    {
        foreach ((int lane, TopicSpec topic) in TopicCatalog.Actions.Take(lanes).Index())
        {
            Read(broker, topic, isRelayed: false, (record, at) => NoteAccepted(record, lane, at));
        }

        Read(broker, TopicCatalog.QuestTransitions, isRelayed: true, (record, at) => Note(record, Step.Transition, at));
        Read(broker, TopicCatalog.RewardIssued, isRelayed: true, (record, at) => Note(record, Step.Issued, at));
    }

    /// <summary>Completes by a failure of a reader.</summary>
    internal Task Failed => _failed.Task;

    /// <summary>Notes what becomes of this load too.</summary>
    internal void Follow(Track track)
    {
        lock (_following)
        {
            _tracks = [.. _tracks, track];
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TopicReader reader in _readers)
        {
            await reader.DisposeAsync();
        }
    }

    private static long MicrosNow() =>
        (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void Read(string broker, TopicSpec topic, bool isRelayed, Action<FetchedRecord, long> note) =>
        _readers.Add(WholeTopic.Read(
            broker, "bench-latency", topic, isRelayed, note, failure => _failed.TrySetException(failure)));

    private void Note(FetchedRecord record, Step step, long now)
    {
        if (OriginHeader.TryDecode(record.Origin, out RecordOrigin origin)
            && TrackOf(origin.Root.ActionId, out int index) is { } track)
        {
            track.Note(step, index, now);
        }
    }

    private void NoteAccepted(FetchedRecord record, int lane, long now)
    {
        // Of a backlog in the same topic there may be far more than of a load.
        if (!Track.MayName(record.Value))
        {
            return;
        }

        ActionAccepted accepted = ActionAccepted.Parser.ParseFrom(record.Value);
        if (TrackOf(Ids.FromBytes(accepted.ActionId.Span), out int index) is { } track && track.Lane == lane)
        {
            track.Note(Step.Accepted, index, now);
            long received = (accepted.ReceivedUs - _wall) * (Stopwatch.Frequency / 1_000_000);
            track.Note(Step.Received, index, _ticks + received);
        }
    }

    private Track? TrackOf(Guid id, out int index)
    {
        index = 0;
        foreach (Track track in _tracks)
        {
            if (track.TryIndex(id, out index))
            {
                return track;
            }
        }

        return null;
    }
}
