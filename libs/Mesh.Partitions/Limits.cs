namespace Mesh.Partitions;

/// <summary>What a partition holds in memory at the most.</summary>
public static class Limits
{
    /// <summary>Events of one page. A decision that began below the limit is completed.</summary>
    public const int PageEvents = 4_000;

    /// <summary>Bytes of the bodies of one page.</summary>
    public const int PageBytes = 2 * 1024 * 1024;

    /// <summary>Events of a partition that are committed, sent, and not yet acknowledged.</summary>
    public const int UnacknowledgedEvents = 20_000;

    /// <summary>Records that wait with a partition for something outside it.</summary>
    public const int HeldRecords = 10_000;

    /// <summary>Batches of one lane that were fetched and wait for the loop.</summary>
    public const int QueuedBatches = 4;

    /// <summary>Records of one batch.</summary>
    public const int BatchRecords = 1_000;

    /// <summary>Commands that wait for the loop.</summary>
    public const int QueuedCommands = 10_000;

    /// <summary>How long an advance without events, of offsets or of what was relayed, waits for its commit.</summary>
    public static readonly TimeSpan QuietCommit = TimeSpan.FromMilliseconds(250);
}
