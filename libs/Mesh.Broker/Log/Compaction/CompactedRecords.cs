using Mesh.Broker.Wire;

namespace Mesh.Broker.Log.Compaction;

/// <summary>What a topic that is compacted asks of its records.</summary>
internal static class CompactedRecords
{
    /// <summary>
    /// Whether every record has a key, as far as the batch can be opened; a record without one could never be replaced.
    /// </summary>
    public static bool HaveKeys(ReadOnlySpan<byte> batch)
    {
        BatchHeader header = new(batch);
        byte[]? opened = RecordCodec.TryOpen(header.Codec, batch[BatchHeader.Size..], Limits.MaxOpenedBytes);
        if (opened is null)
        {
            return !RecordCodec.IsKnown(header.Codec);
        }

        ReadOnlySpan<byte> rest = opened;
        for (int i = 0; i < header.RecordCount; i++)
        {
            if (!StoredRecord.TryRead(ref rest, out StoredRecord record) || !record.HasKey)
            {
                return false;
            }
        }

        return true;
    }
}
