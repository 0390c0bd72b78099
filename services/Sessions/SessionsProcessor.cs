using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Sessions.Core.Windows;
using Mesh.Wiring;

namespace Mesh.Sessions;

/// <summary>
/// One partition of Sessions: the streams of its players, each with the player's sessions in every game. Owned by the
/// loop.
/// </summary>
internal sealed class SessionsProcessor : IPartitionProcessor
{
    private readonly PlayerActionConsumer _consumer;
    private readonly SessionsStates _states = new();
    private readonly ParsedRecord<ActionAccepted> _action = new(ActionAccepted.Parser.ParseFrom);
    private readonly StreamStates<PlayerStream> _players = new(stream => new PlayerStream(stream));

    public SessionsProcessor(int partition) =>
        _consumer = new PlayerActionConsumer(new SessionChangeRelay(partition));

    /// <inheritdoc />
    public int FoldVersion => 1;

    /// <inheritdoc />
    public string StreamOf(in TopicRecord record)
    {
        ActionAccepted action = _action.Of(record.Value);
        return _players.NameOf(action.Tenant, action.PlayerId);
    }

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        if (stored.Type != EventNames.SessionChanged)
        {
            throw new InvalidDataException(
                $"Event {stored.Position} has type '{stored.Type}', which Sessions does not know.");
        }

        SessionChanged changed = SessionChanged.Parser.ParseFrom(stored.Body);
        _players.Open(stored.Stream).Open(changed.GameId).Evolve(SessionsEvents.ToCore(changed));
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        ActionAccepted action = _action.Of(record.Value);
        PlayerStream player = _players.Open(_players.NameOf(action.Tenant, action.PlayerId));
        _consumer.Consume(action, record, player, appender);
        return Verdict.Done;
    }

    /// <inheritdoc />
    public void Save(string stream, IStateWriter to)
    {
        if (_players.Find(stream) is { } player)
        {
            _states.Save(player, to);
        }
    }

    /// <inheritdoc />
    public void Load(string stream, IReadOnlyList<StatePart> parts) =>
        SessionsStates.Load(_players.Add(stream), parts);

    /// <inheritdoc />
    public void Unload(string stream) => _players.Remove(stream);

    /// <summary>A player's sessions in a game, earliest first.</summary>
    public IReadOnlyList<Session> SessionsOf(string tenant, string game, string player) =>
        _players.Find(Placement.Player(tenant, player))?.Find(game) is { } known ? [.. known.Sessions] : [];
}

/// <summary>A player's stream and what it folds to.</summary>
internal sealed class PlayerStream(string name)
{
    private readonly List<(string GameId, PlayerSessions Sessions)> _games = [];

    public string Name => name;

    /// <summary>The player's sessions by game, in the order in which they appeared.</summary>
    public IReadOnlyList<(string GameId, PlayerSessions Sessions)> Games => _games;

    /// <summary>What of it is saved for good.</summary>
    public SavedChunks Saved { get; } = new();

    /// <summary>The player's sessions in a game; null: none.</summary>
    public PlayerSessions? Find(string game)
    {
        // A player is in few games; a dictionary for each player would cost more than it saves.
        foreach ((string id, PlayerSessions sessions) in _games)
        {
            if (id == game)
            {
                return sessions;
            }
        }

        return null;
    }

    /// <summary>The player's sessions in a game; none yet, when it is the first time.</summary>
    public PlayerSessions Open(string game)
    {
        if (Find(game) is { } known)
        {
            return known;
        }

        PlayerSessions sessions = new();
        _games.Add((game, sessions));
        return sessions;
    }
}
