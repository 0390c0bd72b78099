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

    /// <summary>Bytes of the door's log, unless set otherwise. What is not relayed is in memory as well.</summary>
    public const long SpillBytes = 256L << 20;

    /// <summary>The least that may be set for it.</summary>
    public const long LeastSpillBytes = 1L << 20;

    /// <summary>Actions that go to the log by one commit.</summary>
    public const int SpillBatch = 4_000;

    /// <summary>Bytes of their records, give or take one.</summary>
    public const int SpillBatchBytes = 1024 * 1024;

    /// <summary>
    /// Spilled actions that the broker has not acknowledged, below which newer ones wait in memory for the last of
    /// them.
    /// </summary>
    public const int LittleLeft = 1_000;

    /// <summary>How long a door that starts waits for the broker before it accepts into its own log.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    /// <summary>The broker is away when it has acknowledged nothing for more than so many looks.</summary>
    public const int OutageLooks = 10;

    /// <summary>How often it is looked whether the broker acknowledges what waits.</summary>
    public static readonly TimeSpan OutageLook = TimeSpan.FromMilliseconds(100);

    /// <summary>How long newer actions wait in memory while the broker acknowledges none of the last spilled.</summary>
    public static readonly TimeSpan ReturnPatience = TimeSpan.FromSeconds(1);

    /// <summary>Actions of a lane that come within <see cref="ManyWithin"/>, from which on they go in lumps.</summary>
    public const int ManyActions = 40;

    /// <summary>The time for them: 2,000 a second.</summary>
    public static readonly TimeSpan ManyWithin = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a lump gathers; after one of <see cref="ManyActions"/> twice as long.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    /// <summary>A lump of fewer actions is the last: 1,000 a second.</summary>
    public const int FewActions = 5;

    /// <summary>How often it is looked whether the last spilled action is acknowledged.</summary>
    public static readonly TimeSpan ReturnLook = TimeSpan.FromMilliseconds(10);

    /// <summary>How long to wait for more actions when all that came are in the log.</summary>
    public static readonly TimeSpan SpillPause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long to wait when the log could not take them.</summary>
    public static readonly TimeSpan SpillRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>How often the log is measured and what is relayed is deleted from it.</summary>
    public static readonly TimeSpan SpillMeasure = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a stop waits for what is not durable.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long Quests may take to say whether it knows a game.</summary>
    public static readonly TimeSpan LookupDeadline = TimeSpan.FromSeconds(2);
}
