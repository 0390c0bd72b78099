using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions;

/// <summary>One topic that a service reads: a lane has its own fetch and its own queue.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Relayed">Its records carry an origin; without one they are refused.</param>
/// <param name="MaxWait">How long a batch may wait behind lanes that come before this one.</param>
public sealed record LaneOptions(TopicDefinition Topic, bool Relayed, TimeSpan MaxWait)
{
    /// <summary>
    /// Bytes that the broker gathers before it answers a fetch, 0.1 s at the most: a lane that has time is read in
    /// lumps, which cost the same whether they hold one record or many.
    /// </summary>
    public int FetchMinBytes { get; init; } = 1;

    /// <summary>
    /// Whether it rests after each few records while a more urgent lane is in use: for what has seconds, and may come
    /// in floods. A lane that does not comes after more urgent ones, but at once.
    /// </summary>
    public bool Rests { get; init; }
}

/// <summary>What a partition host needs to know.</summary>
public sealed record PartitionHostOptions
{
    /// <summary>The service's name, in metrics.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Where this instance answers calls of other instances, such as <c>http://10.0.0.7:8080</c>.</summary>
    public string Address { get; init; } = string.Empty;

    /// <summary>
    /// Whether partitions that other instances own are folded here as well, from the store and then from their topics,
    /// so that every instance shows all. Only for a service whose log is what its one topic brings, and which relays
    /// nothing.
    /// </summary>
    public bool Follows { get; init; }

    /// <summary>
    /// Whether a partition stays with its owner, however busy that is, while events of it are not relayed. For a
    /// service that cannot go on elsewhere in the order of its log.
    /// </summary>
    public bool KeepsUnrelayed { get; init; }

    /// <summary>
    /// Whether it serves before the broker has answered, once its store knows the broker's cluster: what it commits
    /// waits to be relayed until the cluster and the topics are checked. Only for a service that reads no topic.
    /// </summary>
    public bool ServesWithoutBroker { get; init; }

    /// <summary>Asks the owner of an origin to send again; until it has, a gap stays open.</summary>
    public Func<ResendOrder, CancellationToken, Task> Resend { get; init; } =
        (_, _) => throw new NotSupportedException("This service knows nobody to ask.");

    /// <summary>
    /// What becomes of a record that cannot be processed: the event that stands for it in the log, and where that goes;
    /// one of <see cref="Targets"/>. Null: its partition stays with it, and tries for ever.
    /// </summary>
    public Func<DeadLetter, (EventTarget Target, byte[] Body)>? Bury { get; init; }

    /// <summary>States of a partition in memory, above which unchanged ones leave.</summary>
    public int ResidentStates { get; init; } = Limits.ResidentStates;

    internal MachineLimits MachineLimits =>
        TestLimits ?? new MachineLimits { ResidentStates = ResidentStates };

    internal MachineLimits? TestLimits { get; init; }

    /// <summary>The connection string of the service's database.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The broker.</summary>
    public required BusOptions Bus { get; init; }

    /// <summary>The number of partitions of the service.</summary>
    public required int Partitions { get; init; }

    /// <summary>The topics that it reads, the most urgent first.</summary>
    public required IReadOnlyList<LaneOptions> Lanes { get; init; }

    /// <summary>The topics that its events go to.</summary>
    public required IReadOnlyList<TopicDefinition> Targets { get; init; }
}

/// <summary>How a host is doing.</summary>
public enum HostState
{
    /// <summary>It opens its store, or takes its partitions, and does not answer for all of them yet.</summary>
    Starting,

    /// <summary>Every partition has an owner, and those of this instance answer.</summary>
    Serving,

    /// <summary>It failed, and tries again; see <see cref="PartitionHost{TProcessor}.Failure"/>.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Stopped,
}

/// <summary>
/// How far a partition has come; positions and offsets as the broker and the database have confirmed them.
/// </summary>
/// <param name="Partition">Its number.</param>
/// <param name="Inputs">The next offset of each topic partition that it reads.</param>
/// <param name="Head">The last position of its log.</param>
/// <param name="Relayed">Everything up to this position is acknowledged.</param>
/// <param name="Targets">By topic partition, the last position acknowledged and the offset after it.</param>
/// <param name="Epoch">What its owner's writes are fenced by.</param>
public sealed record PartitionProgress(
    int Partition,
    IReadOnlyList<(string Topic, int Partition, long NextOffset)> Inputs,
    long Head,
    long Relayed,
    IReadOnlyList<(string Topic, int Partition, long Position, long NextOffset)> Targets,
    long Epoch);

/// <summary>Who owns a partition.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="IsHere">This instance does.</param>
/// <param name="Address">Where another instance that owns it answers; null: nobody, or this instance.</param>
public sealed record PartitionPlace(int Partition, bool IsHere, string? Address);
