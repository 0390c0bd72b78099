using Mesh.Bus;

namespace Mesh.Contracts;

/// <summary>What the catalog says of one topic.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Event">The stored name of the event that its records hold.</param>
/// <param name="Codec">How its batches are compressed.</param>
/// <param name="Retention">How long it keeps records; null: compacted, the newest record of each key stays.</param>
public sealed record TopicSpec(string Name, string Event, BusCodec Codec, TimeSpan? Retention)
{
    /// <summary>
    /// Every domain topic has the same number of partitions, so that one player meets itself everywhere.
    /// </summary>
    public int Partitions => Placement.Partitions;

    /// <summary>The service that writes it, and guards its retention.</summary>
    public required string WrittenBy { get; init; }

    /// <summary>
    /// The services that read it and must not miss a record; each commits its offsets to a consumer group of its name.
    /// </summary>
    public IReadOnlyList<string> ReadBy { get; init; } = [];

    /// <summary>The same as the bus wants it.</summary>
    public TopicDefinition Definition => new(Name, Partitions, Codec, Retention);
}

/// <summary>
/// The only place that knows the topics. A topic belongs to a consistency domain, not to a technical one.
/// </summary>
public static class TopicCatalog
{
    /// <summary>What is added to the name of a topic for its dead letters.</summary>
    public const string DeadLetterSuffix = ".dlq";

    /// <summary>Actions that must be visible in under 100 ms: check-in, QR scan, power-up. Key: player.</summary>
    public static readonly TopicSpec ActionsP0 =
        new("game.v1.actions.p0", EventNames.ActionAccepted, BusCodec.Lz4, TimeSpan.FromDays(7))
        {
            WrittenBy = ServiceNames.Ingestion, ReadBy = [ServiceNames.Quests, ServiceNames.Sessions],
        };

    /// <summary>Task completions and answers: within 1 s. Key: player.</summary>
    public static readonly TopicSpec ActionsP1 =
        new("game.v1.actions.p1", EventNames.ActionAccepted, BusCodec.Lz4, TimeSpan.FromDays(7))
        {
            WrittenBy = ServiceNames.Ingestion, ReadBy = [ServiceNames.Quests, ServiceNames.Sessions],
        };

    /// <summary>Location pings, daily bonuses, logins: 5 s is fine. Key: player.</summary>
    public static readonly TopicSpec ActionsP2 =
        new("game.v1.actions.p2", EventNames.ActionAccepted, BusCodec.Lz4, TimeSpan.FromDays(7))
        {
            WrittenBy = ServiceNames.Ingestion, ReadBy = [ServiceNames.Quests, ServiceNames.Sessions],
        };

    /// <summary>
    /// Definitions of games and door policies, whole. <see cref="CatalogKeys"/> tells them apart; placed by
    /// <see cref="Placement.Game"/> and <see cref="Placement.Door"/>.
    /// </summary>
    public static readonly TopicSpec QuestCatalog =
        new("quest.v1.catalog", EventNames.GamePublished, BusCodec.Zstd, null)
        {
            WrittenBy = ServiceNames.Quests,
        };

    /// <summary>Transitions and outcomes that earn something. Key: who earns.</summary>
    public static readonly TopicSpec QuestTransitions =
        new("quest.v1.transitions", EventNames.QuestTransition, BusCodec.Zstd, TimeSpan.FromDays(30))
        {
            WrittenBy = ServiceNames.Quests, ReadBy = [ServiceNames.Rewards],
        };

    /// <summary>Rewards issued or reversed, immutable. Key: player.</summary>
    public static readonly TopicSpec RewardIssued =
        new("reward.v1.issued", EventNames.RewardIssued, BusCodec.Snappy, TimeSpan.FromDays(90))
        {
            WrittenBy = ServiceNames.Rewards, ReadBy = [ServiceNames.Leaderboard],
        };

    /// <summary>Sessions opened, merged, closed, reopened. Key: player.</summary>
    public static readonly TopicSpec SessionLifecycle =
        new("session.v1.lifecycle", EventNames.SessionChanged, BusCodec.Lz4, TimeSpan.FromDays(7))
        {
            WrittenBy = ServiceNames.Sessions,
        };

    /// <summary>The topics of the three lanes; the index is the lane.</summary>
    public static IReadOnlyList<TopicSpec> Actions { get; } = [ActionsP0, ActionsP1, ActionsP2];

    /// <summary>
    /// Records of the topics that services decide by which they could not process. Key: the record's own.
    /// </summary>
    public static IReadOnlyList<TopicSpec> DeadLetters { get; } =
        [.. new[] { ActionsP0, ActionsP1, ActionsP2, QuestTransitions, RewardIssued }.Select(topic => new TopicSpec(
            topic.Name + DeadLetterSuffix, EventNames.DeadLettered, BusCodec.Zstd, TimeSpan.FromDays(30))
        {
            WrittenBy = string.Join(", ", topic.ReadBy),
        })];

    /// <summary>Every topic of the mesh.</summary>
    public static IReadOnlyList<TopicSpec> All { get; } =
    [
        ActionsP0, ActionsP1, ActionsP2, QuestCatalog, QuestTransitions, RewardIssued, SessionLifecycle,
        .. DeadLetters,
    ];

    /// <summary>Where the records of a topic go that cannot be processed.</summary>
    public static TopicSpec DeadLettersOf(string topic) =>
        DeadLetters.Single(spec => spec.Name == topic + DeadLetterSuffix);
}

/// <summary>The names of the services: of their consumer groups and databases as well.</summary>
public static class ServiceNames
{
    /// <summary>Takes actions in.</summary>
    public const string Ingestion = "ingestion";

    /// <summary>Judges them.</summary>
    public const string Quests = "quests";

    /// <summary>Keeps sessions.</summary>
    public const string Sessions = "sessions";

    /// <summary>Issues rewards.</summary>
    public const string Rewards = "rewards";

    /// <summary>Keeps boards.</summary>
    public const string Leaderboard = "leaderboard";
}

/// <summary>The names under which events are stored and sent: explicit and versioned, never a CLR name.</summary>
public static class EventNames
{
    /// <summary><see cref="Events.V1.ActionAccepted"/>.</summary>
    public const string ActionAccepted = "action-accepted.v1";

    /// <summary><see cref="Events.V1.GamePublished"/>.</summary>
    public const string GamePublished = "game-published.v1";

    /// <summary><see cref="Events.V1.DoorPolicyPublished"/>.</summary>
    public const string DoorPolicyPublished = "door-policy-published.v1";

    /// <summary><see cref="Events.V1.QuestTransition"/>.</summary>
    public const string QuestTransition = "quest-transition.v1";

    /// <summary><see cref="Events.V1.SessionChanged"/>.</summary>
    public const string SessionChanged = "session-changed.v1";

    /// <summary><see cref="Events.V1.RewardIssued"/>.</summary>
    public const string RewardIssued = "reward-issued.v1";

    /// <summary><see cref="Events.V1.DeadLettered"/>.</summary>
    public const string DeadLettered = "dead-lettered.v1";
}

/// <summary>The names of metadata and record headers.</summary>
public static class HeaderNames
{
    /// <summary>Call metadata: the tenant, set by the gateway from the API key, never by a client.</summary>
    public const string Tenant = "mesh-tenant";

    /// <summary>
    /// Call metadata: another instance or service of the mesh asks, and wants what this instance itself can say.
    /// </summary>
    public const string Forwarded = "mesh-forwarded";

    /// <summary>Record header: the serialized <see cref="Events.V1.Origin"/>.</summary>
    public const string Origin = "mesh-origin";
}
