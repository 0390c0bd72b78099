using Mesh.Bus;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// The topics that an instance reads: a reader and a bounded queue for each, in the order of urgency.
/// </summary>
internal sealed class Lanes : IAsyncDisposable
{
    private readonly LaneQueue[] _queues;
    private readonly TopicReader[] _readers;

    public Lanes(PartitionHostOptions options, Signal signal, Action<Exception> failed, ILogger logger)
    {
        _queues = [.. options.Lanes.Select(lane => new LaneQueue(lane, signal))];
        _readers = [.. _queues.Select(queue => new TopicReader(
            options.Bus,
            new TopicReaderOptions
            {
                Topic = queue.Lane.Topic.Name,
                WithOrigins = queue.Lane.Relayed,
                WithKeys = options.Bury is not null,
                MaxBatchRecords = Limits.BatchRecords,
            },
            queue.Deliver,
            failed,
            logger))];
    }

    public int Assign(int lane, int partition, long offset) =>
        _readers[lane].Assign(new TopicStart(partition, offset));

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

    /// <summary>
    /// A batch of the first lane that has something; but one that has waited too long goes before.
    /// </summary>
    public bool TryTake(out int lane, out LaneOptions options, out FetchedBatch batch)
    {
        long now = Environment.TickCount64;
        lane = -1;
        for (int i = 0; i < _queues.Length; i++)
        {
            if (_queues[i].IsEmpty || (lane >= 0 && !_queues[i].IsOverdue(now)))
            {
                continue;
            }

            bool overdue = lane >= 0;
            lane = i;
            if (overdue)
            {
                break;
            }
        }

        options = lane < 0 ? null! : _queues[lane].Lane;
        batch = null!;
        return lane >= 0 && _queues[lane].TryTake(out batch);
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
