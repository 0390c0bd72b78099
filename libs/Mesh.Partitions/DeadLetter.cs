using Mesh.Bus;

namespace Mesh.Partitions;

/// <summary>A record that a partition could not process, after it was tried several times.</summary>
/// <param name="Topic">The topic that it lies in.</param>
/// <param name="Partition">The topic's partition.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="Key">Its key; null: it has none.</param>
/// <param name="Value">Its value, untouched.</param>
/// <param name="Origin">Who had relayed it; null: nobody, or the header cannot be read.</param>
/// <param name="Error">What it failed with, the last time.</param>
public sealed record DeadLetter(
    string Topic, int Partition, long Offset, byte[]? Key, byte[] Value, RecordOrigin? Origin, string Error)
{
    /// <summary>
    /// The stored name of the event that stands for it in the log. No processor folds it: it changes no state.
    /// </summary>
    public const string EventType = "dead-lettered.v1";
}
