using System.Collections.Immutable;

namespace Mesh.Bus;

/// <summary>One record as it was read.</summary>
/// <param name="Partition">The partition it lies in.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="Key">The key; null when there is none or the reader leaves keys out.</param>
/// <param name="Value">The value; empty for a tombstone.</param>
/// <param name="Origin">
/// The contents of the <see cref="OriginHeader.Name"/> header; null when there is none or the reader leaves it out.
/// </param>
/// <param name="Assignment">
/// The number of the assignment under which it was fetched, as <see cref="TopicReader.Assign"/> returned it.
/// </param>
public readonly record struct FetchedRecord(
    int Partition, long Offset, byte[]? Key, byte[] Value, byte[]? Origin, int Assignment)
{
    // An instance of its own, so that a tombstone differs from an empty value without a field in every record.
    internal static readonly byte[] TombstoneValue = new byte[0];

    /// <summary>Whether the record has no value at all: on a compacted topic it deletes its key.</summary>
    public bool IsTombstone => ReferenceEquals(Value, TombstoneValue);
}

/// <summary>
/// Records of one topic that had arrived together, of any of its partitions, each partition's in order.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="records">The records; the batch is its receiver's to keep.</param>
public sealed class FetchedBatch(string topic, ImmutableArray<FetchedRecord> records)
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The records, never empty. Between partitions there is no order; within one it is the log's.</summary>
    public ImmutableArray<FetchedRecord> Records { get; } = records;
}
