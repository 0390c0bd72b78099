using System.Collections.Concurrent;
using Mesh.Bus;

namespace Mesh.Partitions.Shell;

/// <summary>
/// The batches of one lane that were fetched and wait for the loop. A full queue blocks the lane's reader alone.
/// </summary>
internal sealed class LaneQueue(LaneOptions lane, Signal signal) : IDisposable
{
    private readonly ConcurrentQueue<(FetchedBatch Batch, long ArrivedAt)> _batches = new();
    private readonly SemaphoreSlim _room = new(Limits.QueuedBatches);
    private readonly CancellationTokenSource _closed = new();

    public LaneOptions Lane => lane;

    public bool IsEmpty => _batches.IsEmpty;

    /// <summary>Called by the reader's thread; returns false when the loop has ended.</summary>
    public bool Deliver(FetchedBatch batch)
    {
        try
        {
            _room.Wait(_closed.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        _batches.Enqueue((batch, Environment.TickCount64));
        signal.Set();
        return true;
    }

    /// <summary>The oldest batch has waited as long as it may.</summary>
    public bool IsOverdue(long now) =>
        _batches.TryPeek(out (FetchedBatch Batch, long ArrivedAt) first)
        && now - first.ArrivedAt >= lane.MaxWait.TotalMilliseconds;

    public bool TryTake(out FetchedBatch batch)
    {
        bool taken = _batches.TryDequeue(out (FetchedBatch Batch, long ArrivedAt) first);
        batch = first.Batch;
        if (taken)
        {
            _room.Release();
        }

        return taken;
    }

    public void Close() => _closed.Cancel();

    public void Dispose()
    {
        _closed.Dispose();
        _room.Dispose();
    }
}
