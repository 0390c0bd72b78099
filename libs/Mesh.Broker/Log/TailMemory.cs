using System.Collections.Concurrent;

namespace Mesh.Broker.Log;

/// <summary>
/// Bounds what all partitions' tails hold together: when it is exceeded, the oldest chunk anywhere goes.
/// </summary>
internal sealed class TailMemory
{
    private readonly long _limitBytes;
    private readonly ConcurrentQueue<(PartitionLog Log, TailChunk Chunk)> _oldestFirst = new();
    private long _usedBytes;

    public TailMemory(long limitBytes)
    {
        _limitBytes = limitBytes;
    }

    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    public void Added(PartitionLog log, TailChunk chunk)
    {
        Interlocked.Add(ref _usedBytes, chunk.CapacityBytes);
        _oldestFirst.Enqueue((log, chunk));
    }

    public void Dropped(TailChunk chunk) => Interlocked.Add(ref _usedBytes, -chunk.CapacityBytes);

    /// <summary>Called without any partition's lock held.</summary>
    public void Trim()
    {
        while (UsedBytes > _limitBytes && _oldestFirst.TryDequeue(out (PartitionLog Log, TailChunk Chunk) oldest))
        {
            oldest.Log.DropTail(oldest.Chunk);
        }
    }
}
