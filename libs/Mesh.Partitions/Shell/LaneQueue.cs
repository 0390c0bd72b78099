using System.Collections.Concurrent;
using Mesh.Bus;

namespace Mesh.Partitions.Shell;

/// <summary>
/// The batches of one lane that were fetched and wait for the loop. A full queue blocks the lane's reader alone.
/// </summary>
internal sealed class LaneQueue(LaneOptions lane, Action arrived) : IDisposable
{
    private readonly ConcurrentQueue<(FetchedBatch Batch, long ArrivedAt)> _batches = new();
    private readonly SemaphoreSlim _room = new(Limits.QueuedBatches);
    private readonly CancellationTokenSource _closed = new();
    private int _taken;

    public LaneOptions Lane => lane;

    /// <summary>When the oldest batch came, by <see cref="Environment.TickCount64"/>; null: there is none.</summary>
    public long? WaitingSince =>
        _batches.TryPeek(out (FetchedBatch Batch, long ArrivedAt) first) ? first.ArrivedAt : null;

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
        arrived();
        return true;
    }

    /// <summary>Takes some records, in order, of the oldest batch; called by the loop alone.</summary>
    public ReadOnlyMemory<FetchedRecord> Take(int most)
    {
        if (!_batches.TryPeek(out (FetchedBatch Batch, long ArrivedAt) first))
        {
            return default;
        }

        ReadOnlyMemory<FetchedRecord> left = first.Batch.Records.AsMemory()[_taken..];
        if (left.Length > most)
        {
            _taken += most;
            return left[..most];
        }

        _taken = 0;
        _batches.TryDequeue(out _);
        _room.Release();
        return left;
    }

    public void Close() => _closed.Cancel();

    public void Dispose()
    {
        _closed.Dispose();
        _room.Dispose();
    }
}
