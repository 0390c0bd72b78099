namespace Mesh.Bus;

/// <summary>What of a partition a group has not read.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Committed">The next offset that the group has committed; null: it has committed none.</param>
/// <param name="Start">The first offset that the log holds.</param>
/// <param name="End">The offset after the log's last.</param>
/// <param name="Age">How old the first record is that the group has not read; zero when it has read all.</param>
public sealed record PartitionLag(
    string Group, string Topic, int Partition, long? Committed, long Start, long End, TimeSpan Age)
{
    /// <summary>
    /// The first offset to be read: who has committed nothing begins with the log, and who is behind it as well.
    /// </summary>
    public long Next => Math.Max(Committed ?? Start, Start);

    /// <summary>How many records are not read.</summary>
    public long Records => Math.Max(0, End - Next);

    /// <summary>How many records were deleted before they were read.</summary>
    public long Lost => Math.Max(0, Start - (Committed ?? Start));
}
