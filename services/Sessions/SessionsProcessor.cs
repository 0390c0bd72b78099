using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Sessions.Core.Windows;

namespace Mesh.Sessions;

/// <summary>
/// One partition of Sessions: the sessions of its players, by tenant, game and player. Owned by the loop.
/// </summary>
internal sealed class SessionsProcessor : IPartitionProcessor
{
    private readonly PlayerActionConsumer _consumer;
    private readonly Dictionary<PlayerKey, PlayerSessions> _players = [];

    private SessionsProcessor(int partition) =>
        _consumer = new PlayerActionConsumer(new SessionChangeRelay(partition));

    /// <summary>The processors of all partitions, empty.</summary>
    public static IReadOnlyList<SessionsProcessor> All() =>
        [.. Enumerable.Range(0, Placement.Partitions).Select(n => new SessionsProcessor(n))];

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        if (stored.Type != EventNames.SessionChanged)
        {
            throw new InvalidDataException(
                $"Event {stored.Position} has type '{stored.Type}', which Sessions does not know.");
        }

        SessionChanged changed = SessionChanged.Parser.ParseFrom(stored.Body);
        Player(changed.Tenant, changed.GameId, changed.PlayerId).Evolve(SessionsEvents.ToCore(changed));
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        ActionAccepted action = ActionAccepted.Parser.ParseFrom(record.Value);
        _consumer.Consume(action, record, Player(action.Tenant, action.GameId, action.PlayerId), appender);
        return Verdict.Done;
    }

    /// <summary>A player's sessions in a game, earliest first.</summary>
    public IReadOnlyList<Session> SessionsOf(string tenant, string game, string player) =>
        _players.TryGetValue(new PlayerKey(tenant, game, player), out PlayerSessions? state) ? [.. state.Sessions] : [];

    private PlayerSessions Player(string tenant, string game, string player)
    {
        if (!_players.TryGetValue(new PlayerKey(tenant, game, player), out PlayerSessions? state))
        {
            state = new PlayerSessions();
            _players.Add(new PlayerKey(tenant, game, player), state);
        }

        return state;
    }
}

/// <summary>
/// Names a player in a game. A type of its own: a dictionary by generic tuples looks up its comparer each time.
/// </summary>
internal readonly record struct PlayerKey(string Tenant, string Game, string Player);
