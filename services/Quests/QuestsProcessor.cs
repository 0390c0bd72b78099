using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests;

/// <summary>
/// One partition of Quests: the streams of its players and of its games, and the state that they fold to. Owned by
/// the loop.
/// </summary>
internal sealed class QuestsProcessor : IPartitionProcessor
{
    private readonly PlayerActionConsumer _consumer;
    private readonly QuestTransitionRelay _relay;
    private readonly Dictionary<PlayerKey, PlayerStream> _players = [];
    private readonly Dictionary<(string Tenant, string Game), GameState> _games = [];

    private QuestsProcessor(int partition, GameCatalog catalog)
    {
        _relay = new QuestTransitionRelay(partition);
        _consumer = new PlayerActionConsumer(catalog, _relay);
    }

    /// <summary>The processors of all partitions, empty.</summary>
    public static IReadOnlyList<QuestsProcessor> All(GameCatalog catalog) =>
        [.. Enumerable.Range(0, Placement.Partitions).Select(n => new QuestsProcessor(n, catalog))];

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        switch (stored.Type)
        {
            case EventNames.QuestTransition:
                QuestTransition transition = QuestTransition.Parser.ParseFrom(stored.Body);
                PlayerStream player = Player(transition.Tenant, QuestsEvents.PlayerOf(transition));
                player.State.Evolve(QuestsEvents.ToCore(transition));
                break;
            case EventNames.GamePublished:
                GamePublished published = GamePublished.Parser.ParseFrom(stored.Body);
                Game(published.Tenant, published.GameId).Evolve(QuestsEvents.ToCore(published));
                break;
            default:
                throw new InvalidDataException(
                    $"Event {stored.Position} has type '{stored.Type}', which Quests does not know.");
        }
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        ActionAccepted action = ActionAccepted.Parser.ParseFrom(record.Value);
        return _consumer.Consume(action, record, Player(action.Tenant, action.PlayerId), appender);
    }

    /// <summary>Runs a command of a game's stream.</summary>
    public CatalogDecision Execute(string tenant, CatalogCommand command, long nowUs, IEventAppender appender)
    {
        GameState game = Game(tenant, command.Definition.Slug);
        CatalogDecision decision = CatalogDecider.Decide(command, game);
        if (decision is CatalogDecision.Published published)
        {
            game.Evolve(published.Event);
            _relay.Append(tenant, published.Event, nowUs, appender);
        }

        return decision;
    }

    /// <summary>A game of this partition; null: no version is published.</summary>
    public GameState? FindGame(string tenant, string game) =>
        _games.TryGetValue((tenant, game), out GameState? state) && state.Version > 0 ? state : null;

    /// <summary>A tenant's games in this partition.</summary>
    public IReadOnlyList<GameState> GamesOf(string tenant) =>
        [.. _games.Where(g => g.Key.Tenant == tenant && g.Value.Version > 0).Select(g => g.Value)];

    private PlayerStream Player(string tenant, string player)
    {
        if (!_players.TryGetValue(new PlayerKey(tenant, player), out PlayerStream? stream))
        {
            stream = new PlayerStream(tenant, player);
            _players.Add(new PlayerKey(tenant, player), stream);
        }

        return stream;
    }

    private GameState Game(string tenant, string game)
    {
        if (!_games.TryGetValue((tenant, game), out GameState? state))
        {
            state = new GameState();
            _games.Add((tenant, game), state);
        }

        return state;
    }
}

/// <summary>
/// Names a player. A type of its own: a dictionary by generic tuples looks up its comparer each time.
/// </summary>
internal readonly record struct PlayerKey(string Tenant, string Player);

/// <summary>A player's stream and what it folds to.</summary>
internal sealed class PlayerStream(string tenant, string player)
{
    /// <summary>The stream's name, made once.</summary>
    public string Name { get; } = Placement.Player(tenant, player);

    /// <summary>The subject of the player's own runs, made once.</summary>
    public string Subject { get; } = $"p/{player}";

    public string Tenant => tenant;

    public string PlayerId => player;

    public PlayerState State { get; } = new();
}
