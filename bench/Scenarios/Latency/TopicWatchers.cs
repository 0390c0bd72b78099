using System.Diagnostics;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>Reads the topics on the way as the services do, and notes when an action's record could be read.</summary>
internal sealed class TopicWatchers : IAsyncDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TopicReader> _readers = [];

    // The wall clock and the stopwatch at one moment: the door tells the time by the one, we by the other.
    private readonly long _wall = MicrosNow();
    private readonly long _ticks = Stopwatch.GetTimestamp();
    private volatile Track[] _tracks = [];

    internal TopicWatchers(string broker)
    {
        Read(broker, TopicCatalog.ActionsP0, isRelayed: false, Step.Accepted);
        Read(broker, TopicCatalog.QuestTransitions, isRelayed: true, Step.Transition);
        Read(broker, TopicCatalog.RewardIssued, isRelayed: true, Step.Issued);
    }

    /// <summary>Completes by a failure of a reader.</summary>
    internal Task Failed => _failed.Task;

    /// <summary>Notes what becomes of this load too.</summary>
    internal void Follow(Track track) => _tracks = [.. _tracks, track];

    public async ValueTask DisposeAsync()
    {
        foreach (TopicReader reader in _readers)
        {
            await reader.DisposeAsync();
        }
    }

    private static long MicrosNow() =>
        (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void Read(string broker, TopicSpec topic, bool isRelayed, Step step)
    {
        TopicReaderOptions reading = new()
        {
            Topic = topic.Name,
            Starts = [.. Enumerable.Range(0, topic.Partitions).Select(n => new TopicStart(n, TopicStart.Beginning))],
            WithOrigins = isRelayed,
        };
        _readers.Add(new TopicReader(
            new BusOptions { BootstrapServers = broker, ClientId = "bench-latency" },
            reading,
            batch =>
            {
                long now = Stopwatch.GetTimestamp();
                foreach (FetchedRecord record in batch.Records)
                {
                    Note(record, isRelayed, step, now);
                }

                return true;
            },
            failure => _failed.TrySetException(failure),
            NullLogger.Instance));
    }

    private void Note(in FetchedRecord record, bool isRelayed, Step step, long now)
    {
        if (isRelayed)
        {
            if (OriginHeader.TryDecode(record.Origin, out RecordOrigin origin))
            {
                Note(origin.Root.ActionId, step, now);
            }

            return;
        }

        // Of a backlog in the same topic there may be far more than of a load.
        if (!Track.MayName(record.Value))
        {
            return;
        }

        ActionAccepted accepted = ActionAccepted.Parser.ParseFrom(record.Value);
        Guid id = Ids.FromBytes(accepted.ActionId.Span);
        Note(id, step, now);
        Note(id, Step.Received, _ticks + ((accepted.ReceivedUs - _wall) * (Stopwatch.Frequency / 1_000_000)));
    }

    private void Note(Guid id, Step step, long at)
    {
        foreach (Track track in _tracks)
        {
            if (track.TryIndex(id, out int index))
            {
                track.Note(step, index, at);
            }
        }
    }
}
