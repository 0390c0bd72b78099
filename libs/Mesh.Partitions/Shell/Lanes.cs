using System.Diagnostics;
using Mesh.Bus;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// The topics that an instance reads: a reader and a bounded queue for each, in the order of urgency.
/// </summary>
internal sealed class Lanes : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly LaneQueue[] _queues;
    private readonly TopicReader[] _readers;
    private readonly LanePacer _pacer;
    private readonly long?[] _waitingSince;
    private readonly long _origin = Environment.TickCount64;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _tookAt;

    public Lanes(PartitionHostOptions options, Action arrived, Action<Exception> failed, ILogger logger)
    {
        _queues = [.. options.Lanes.Select(lane => new LaneQueue(lane, arrived))];
        _waitingSince = new long?[_queues.Length];
        _pacer = new LanePacer(options.Lanes);
        _readers = [.. _queues.Select(queue => new TopicReader(
            options.Bus,
            new TopicReaderOptions
            {
                Topic = queue.Lane.Topic.Name,
                WithOrigins = queue.Lane.Relayed,
                WithKeys = options.Bury is not null,
                MaxBatchRecords = Limits.BatchRecords,
                FetchMinBytes = queue.Lane.FetchMinBytes,
                Gathering = Limits.Gathering,
            },
            queue.Deliver,
            failed,
            logger))];
    }

    public int Assign(int lane, int partition, InputPlace from) =>
        _readers[lane].Assign(new TopicStart(partition, from.Next) { Before = from.Before });

    public void Unassign(int lane, int partition) => _readers[lane].Unassign(partition);

    public void Pause(int lane, int partition, bool paused)
    {
        if (paused)
        {
            _readers[lane].Pause(partition);
        }
        else
        {
            _readers[lane].Resume(partition);
        }
    }

    /// <summary>Records of the lane whose turn it is; see <see cref="LanePacer"/>. Called by the loop alone.</summary>
    public bool TryTake(out int lane, out LaneOptions options, out ReadOnlyMemory<FetchedRecord> records)
    {
        LookAtQueues();
        _tookAt = Now();
        lane = _pacer.Choose(_tookAt, _waitingSince, out int most);
        options = lane < 0 ? null! : _queues[lane].Lane;
        records = lane < 0 ? default : _queues[lane].Take(most);
        return records.Length > 0;
    }

    /// <summary>What was taken last is decided.</summary>
    public void Took(int lane) => _pacer.Took(lane, _tookAt, Now());

    /// <summary>How long nothing may be taken that is here already.</summary>
    public TimeSpan UntilDue()
    {
        LookAtQueues();
        double due = _pacer.UntilDue(Now(), _waitingSince);
        return due < Longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(due) : Longest;
    }

    // The clock of the queues, but finer.
    private double Now() => _origin + _clock.Elapsed.TotalMilliseconds;

    private void LookAtQueues()
    {
        for (int i = 0; i < _queues.Length; i++)
        {
            _waitingSince[i] = _queues[i].WaitingSince;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LaneQueue queue in _queues)
        {
            queue.Close();
        }

        foreach (TopicReader reader in _readers)
        {
            await reader.DisposeAsync();
        }

        foreach (LaneQueue queue in _queues)
        {
            queue.Dispose();
        }
    }
}
