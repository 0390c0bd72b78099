namespace Mesh.Ingestion;

/// <summary>What the door holds in memory at the most.</summary>
internal static class Limits
{
    /// <summary>Actions of one stream that are not acknowledged; the reader stops at the limit.</summary>
    public const int StreamWindow = 8_192;

    /// <summary>How long a client waits before it sends again what the door could not judge.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long Quests may take to say whether it knows a game.</summary>
    public static readonly TimeSpan LookupDeadline = TimeSpan.FromSeconds(2);
}
