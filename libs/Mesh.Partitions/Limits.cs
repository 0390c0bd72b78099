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

    /// <summary>
    /// Records that wait with a partition for something outside it; with more its topics are paused, and only what was
    /// fetched by then still comes.
    /// </summary>
    public const int HeldRecords = 2_000;

    /// <summary>How often a record may fail before it is buried; the pauses between double from 100 ms on.</summary>
    public const int RecordAttempts = 3;

    /// <summary>Batches of one lane that were fetched and wait for the loop.</summary>
    public const int QueuedBatches = 4;

    /// <summary>Records of one batch.</summary>
    public const int BatchRecords = 1_000;

    /// <summary>How long a lane in which many records come lets them gather: each lump has one commit.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    /// <summary>Records that a lane takes at a time while a more urgent one is in use.</summary>
    public const int YieldingRecords = 100;

    /// <summary>
    /// A lane that rests does so many times as long as those took to decide. What they cost elsewhere is many times
    /// that, above all a commit, for which an urgent record waits that comes meanwhile: few large lumps cost it less
    /// than many small.
    /// </summary>
    public const int YieldingRest = 200;

    /// <summary>A lane is in use for so long after its last record.</summary>
    public static readonly TimeSpan LaneInUse = TimeSpan.FromSeconds(1);

    /// <summary>Commands that wait for the loop.</summary>
    public const int QueuedCommands = 10_000;

    /// <summary>States of a partition in memory, above which unchanged ones leave.</summary>
    public const int ResidentStates = 200_000;

    /// <summary>A partition with no more states than this has all of them loaded when it is taken.</summary>
    public const int EagerStates = 2_000;

    /// <summary>States written by one statement.</summary>
    public const int SliceStates = 500;

    /// <summary>Rows written by one statement; the state that passes it is written whole.</summary>
    public const int SliceRows = 1_000;

    /// <summary>Bytes of the bodies of events that are sent and not yet acknowledged.</summary>
    public const int UnacknowledgedBytes = 32 * 1024 * 1024;

    /// <summary>
    /// A commit of no more pages and events than this is written by whoever drives the turn: that takes less than to
    /// wake another thread for it.
    /// </summary>
    public const int WrittenInTurn = 16;

    /// <summary>Events that a new owner folds at the most, give or take what arrives during a checkpoint.</summary>
    public const int CheckpointEvents = 20_000;

    /// <summary>How old a checkpoint becomes while states change.</summary>
    public static readonly TimeSpan CheckpointAge = TimeSpan.FromSeconds(10);

    /// <summary>How often an instance raises its counter.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(125);

    /// <summary>
    /// How often the counters of others are looked at, when there are others. Half a beat, so that looks stay closer
    /// together than <see cref="LookGap"/> on a busy machine.
    /// </summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(60);

    /// <summary>
    /// Looks further apart than this count as so much towards <see cref="Stillness"/> and
    /// <see cref="LongStillness"/>; further apart than <see cref="Stillness"/> itself they begin that anew.
    /// </summary>
    public static readonly TimeSpan LookGap = TimeSpan.FromMilliseconds(125);

    /// <summary>An instance whose counter has stood still for so long may lose its partitions.</summary>
    public static readonly TimeSpan Stillness = TimeSpan.FromMilliseconds(500);

    /// <summary>The same, for whoever cannot look as often as that.</summary>
    public static readonly TimeSpan LongStillness = TimeSpan.FromSeconds(2);

    /// <summary>
    /// An owner answers nothing as fresh so long after it sent its last confirmed beat: less than
    /// <see cref="Stillness"/>.
    /// </summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a record may be missing before its origin is asked to send again.</summary>
    public static readonly TimeSpan GapPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long the broker may acknowledge nothing before health says so.</summary>
    public static readonly TimeSpan RelayPatience = TimeSpan.FromSeconds(12);

    /// <summary>
    /// How long an advance without events, of offsets or of what was relayed, waits for a page of its partition before
    /// it has a commit of its own; that begins no later than so long again.
    /// </summary>
    public static readonly TimeSpan QuietCommit = TimeSpan.FromMilliseconds(250);

    /// <summary>How often Kafka is told what was read, for lag tools.</summary>
    public static readonly TimeSpan OffsetReport = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often it is told all of it, changed or not: a group's offsets are forgotten after days without a commit, and
    /// a late word of an owner before may have taken them back.
    /// </summary>
    public static readonly TimeSpan OffsetRefresh = TimeSpan.FromMinutes(1);
}
