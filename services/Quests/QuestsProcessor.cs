using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Door;
using Mesh.Quests.Core.Run;
using Mesh.Wiring;
using DoorPolicy = Mesh.Quests.Core.Door.DoorPolicy;
using DoorPolicyPublished = Mesh.Contracts.Events.V1.DoorPolicyPublished;

namespace Mesh.Quests;

/// <summary>
/// One partition of Quests: the streams of its players, of its games and of tenants' door policies, and the state that
/// they fold to. Owned by the loop.
/// </summary>
internal sealed class QuestsProcessor : IPartitionProcessor
{
    private readonly PlayerActionConsumer _consumer;
    private readonly QuestTransitionRelay _relay;
    private readonly QuestsStates _states = new();
    private readonly ParsedRecord<ActionAccepted> _action = new(ActionAccepted.Parser.ParseFrom);
    private readonly StreamStates<PlayerStream> _players = new(stream => new PlayerStream(stream));
    private readonly StreamStates<GameStream> _games = new(stream => new GameStream(stream));
    private readonly StreamStates<DoorStream> _doors = new(stream => new DoorStream(stream));

    public QuestsProcessor(int partition, GameCatalog catalog)
    {
        _relay = new QuestTransitionRelay(partition);
        _consumer = new PlayerActionConsumer(catalog, _relay);
    }

    /// <inheritdoc />
    public int FoldVersion => 1;

    /// <inheritdoc />
    public string StreamOf(in TopicRecord record)
    {
        ActionAccepted action = _action.Of(record.Value);
        return _players.NameOf(action.Tenant, action.PlayerId);
    }

    /// <summary>
    /// Games are few, and listed without being named; door policies are fewer, and asked for by a query, which has no
    /// stream to wait for.
    /// </summary>
    public bool IsPinned(string stream) => Placement.GameOf(stream) is not null || IsDoor(stream);

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        switch (stored.Type)
        {
            case EventNames.QuestTransition:
                QuestTransition transition = QuestTransition.Parser.ParseFrom(stored.Body);
                _players.Open(stored.Stream).State.Evolve(QuestsEvents.ToCore(transition));
                break;
            case EventNames.GamePublished:
                GamePublished published = GamePublished.Parser.ParseFrom(stored.Body);
                _games.Open(stored.Stream).State.Evolve(QuestsEvents.ToCore(published));
                break;
            case EventNames.DoorPolicyPublished:
                DoorPolicyPublished policy = DoorPolicyPublished.Parser.ParseFrom(stored.Body);
                _doors.Open(stored.Stream).State.Evolve(QuestsEvents.ToCore(policy));
                break;
            default:
                throw new InvalidDataException(
                    $"Event {stored.Position} has type '{stored.Type}', which Quests does not know.");
        }
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        ActionAccepted action = _action.Of(record.Value);
        PlayerStream player = _players.Open(_players.NameOf(action.Tenant, action.PlayerId));
        return _consumer.Consume(action, record, player, appender);
    }

    /// <inheritdoc />
    public void Save(string stream, IStateWriter to)
    {
        if (_games.Find(stream) is { } game)
        {
            _states.Save(game, to);
        }
        else if (_doors.Find(stream) is { } door)
        {
            _states.Save(door, to);
        }
        else if (_players.Find(stream) is { } player)
        {
            _states.Save(player, to);
        }
    }

    /// <inheritdoc />
    public void Load(string stream, IReadOnlyList<StatePart> parts)
    {
        if (IsDoor(stream))
        {
            QuestsStates.Load(_doors.Add(stream), parts);
        }
        else if (IsPinned(stream))
        {
            QuestsStates.Load(_games.Add(stream), parts);
        }
        else
        {
            QuestsStates.Load(_players.Add(stream), parts);
        }
    }

    /// <inheritdoc />
    public void Unload(string stream)
    {
        _players.Remove(stream);
        _games.Remove(stream);
        _doors.Remove(stream);
    }

    /// <summary>Runs a command of a game's stream.</summary>
    public CatalogDecision Execute(string tenant, CatalogCommand command, long nowUs, IEventAppender appender)
    {
        GameState game = _games.Open(Placement.Game(tenant, command.Definition.Slug)).State;
        CatalogDecision decision = CatalogDecider.Decide(command, game);
        if (decision is CatalogDecision.Published published)
        {
            game.Evolve(published.Event);
            _relay.Append(tenant, published.Event, nowUs, appender);
        }

        return decision;
    }

    /// <summary>Runs a command of a tenant's door policy.</summary>
    public DoorPolicyDecision Execute(string tenant, PutDoorPolicy command, long nowUs, IEventAppender appender)
    {
        DoorPolicyState door = _doors.Open(Placement.Door(tenant)).State;
        DoorPolicyDecision decision = DoorPolicyDecider.Decide(command, door);
        if (decision is DoorPolicyDecision.Published published)
        {
            door.Evolve(published.Event);
            _relay.Append(tenant, published.Event, nowUs, appender);
        }

        return decision;
    }

    /// <summary>A tenant's door policy: the version asked for (0: the newest); null: there is none.</summary>
    public (uint Version, DoorPolicy Policy)? FindDoorPolicy(string tenant, uint version)
    {
        DoorPolicyState state = _doors.Find(Placement.Door(tenant))?.State ?? new DoorPolicyState();
        uint wanted = version == 0 ? state.Version : version;
        return state.At(wanted) is { } policy ? (wanted, policy) : null;
    }

    /// <summary>A game of this partition; null: no version is published.</summary>
    public GameState? FindGame(string tenant, string game) =>
        _games.Find(Placement.Game(tenant, game)) is { State.Version: > 0 } known ? known.State : null;

    /// <summary>A tenant's games in this partition.</summary>
    public IReadOnlyList<GameState> GamesOf(string tenant) =>
        [.. _games.All.Where(g => g.Tenant == tenant && g.State.Version > 0).Select(g => g.State)];

    private static bool IsDoor(string stream) => Placement.DoorOf(stream) is not null;
}

/// <summary>A player's stream and what it folds to.</summary>
internal sealed class PlayerStream
{
    public PlayerStream(string name)
    {
        Name = name;
        (Tenant, PlayerId) = Placement.PlayerOf(name)
            ?? throw new InvalidDataException($"Stream '{name}' is no player's.");
        Subject = $"p/{PlayerId}";
    }

    public string Name { get; }

    public string Tenant { get; }

    public string PlayerId { get; }

    /// <summary>The subject of the player's own runs, made once.</summary>
    public string Subject { get; }

    public PlayerState State { get; } = new();

    /// <summary>What of it is saved for good.</summary>
    public SavedChunks Saved { get; } = new();
}

/// <summary>A game's stream and what it folds to.</summary>
internal sealed class GameStream(string name)
{
    public string Name => name;

    public string Tenant { get; } = Placement.GameOf(name)?.Tenant
        ?? throw new InvalidDataException($"Stream '{name}' is no game's.");

    public GameState State { get; } = new();

    /// <summary>The last version that is saved; a version never changes.</summary>
    public ulong Saved { get; set; }
}

/// <summary>The stream of a tenant's door policy and what it folds to.</summary>
internal sealed class DoorStream(string name)
{
    public string Name => name;

    public DoorPolicyState State { get; } = new();

    /// <summary>The last version that is saved; a version never changes.</summary>
    public uint Saved { get; set; } = DoorPolicyState.BuiltInVersion;
}
