namespace Mesh.Ingestion;

/// <summary>What the door holds in memory at the most.</summary>
internal static class Limits
{
    /// <summary>Actions of one stream that are not acknowledged; the reader stops at the limit.</summary>
    public const int StreamWindow = 8_192;

    /// <summary>Refusals of one stream that the client is not told of; the reader stops at the limit.</summary>
    public const int StreamRefusals = 256;

    /// <summary>Actions of all callers that are not acknowledged; well before it, lanes are refused.</summary>
    public const int HeldActions = 200_000;

    /// <summary>Connections of an instance, unless <c>Mesh__Connections</c> says otherwise.</summary>
    public const int Connections = 10_000;

    /// <summary>Streams of a connection, unless <c>Mesh__StreamsPerConnection</c> says otherwise.</summary>
    public const int StreamsPerConnection = 1_000;

    /// <summary>Open SubmitStreams of an instance, unless <c>Mesh__SubmitStreams</c> says otherwise.</summary>
    public const int SubmitStreams = 10_000;

    /// <summary>The most that these settings may say.</summary>
    public const int LargestSetting = 1_000_000;

    /// <summary>
    /// The shortest that a client is told to wait that finds too many streams open; the longest is four times as much.
    /// </summary>
    public static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a client waits before it sends again what the door could not judge; twice as long at the most.
    /// </summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long Quests may take to say whether it knows a game.</summary>
    public static readonly TimeSpan LookupDeadline = TimeSpan.FromSeconds(2);
}
