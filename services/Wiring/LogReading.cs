using System.Runtime.CompilerServices;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Wiring;

/// <summary>Reads a service's log, as an audit does: from the database, never from a counter.</summary>
internal static class LogReading
{
    /// <summary>
    /// Every event of a partition's log up to what is durable now, but for those that stand for dead letters.
    /// </summary>
    public static async IAsyncEnumerable<StoredEvent> ReadLogAsync<TProcessor>(
        this PartitionHost<TProcessor> host, int partition, [EnumeratorCancellation] CancellationToken cancel)
        where TProcessor : class, IPartitionProcessor
    {
        PartitionedStore store = host.Store;
        await foreach (
            StoredEvent stored in store.ReadAsync(partition, store.Origin + 1, long.MaxValue, cancel))
        {
            if (stored.Type != DeadLetter.EventType)
            {
                yield return stored;
            }
        }
    }
}
