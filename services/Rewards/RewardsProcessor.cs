using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Rewards.Core.Ledger;
using Mesh.Wiring;

namespace Mesh.Rewards;

/// <summary>One partition of Rewards: the books of its players. Owned by the loop.</summary>
internal sealed class RewardsProcessor : IPartitionProcessor
{
    private readonly QuestTransitionConsumer _consumer;
    private readonly RewardsStates _states = new();
    private readonly ParsedRecord<QuestTransition> _transition = new(QuestTransition.Parser.ParseFrom);
    private readonly StreamStates<PlayerStream> _players = new(stream => new PlayerStream(stream));

    public RewardsProcessor(int partition, GameTable games, ILogger logger) =>
        _consumer = new QuestTransitionConsumer(games, new RewardIssuedRelay(partition), logger);

    /// <inheritdoc />
    public int FoldVersion => 1;

    /// <inheritdoc />
    public string StreamOf(in TopicRecord record)
    {
        QuestTransition transition = _transition.Of(record.Value);
        return _players.NameOf(transition.Tenant, transition.PlayerId);
    }

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        if (stored.Type != EventNames.RewardIssued)
        {
            throw new InvalidDataException(
                $"Event {stored.Position} has type '{stored.Type}', which Rewards does not know.");
        }

        _players.Open(stored.Stream).Book.Evolve(RewardsEvents.ToCore(RewardIssued.Parser.ParseFrom(stored.Body)));
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        QuestTransition transition = _transition.Of(record.Value);
        PlayerStream player = _players.Open(_players.NameOf(transition.Tenant, transition.PlayerId));
        return _consumer.Consume(transition, record.Root, player, appender);
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
        RewardsStates.Load(_players.Add(stream), parts);

    /// <inheritdoc />
    public void Unload(string stream) => _players.Remove(stream);

    /// <summary>What a player holds in a game, by currency.</summary>
    public Balance[] Balances(string tenant, string game, string player) =>
        _players.Find(Placement.Player(tenant, player))?.Book.Balances(game) ?? [];
}

/// <summary>A player's stream and what it folds to.</summary>
internal sealed class PlayerStream(string name)
{
    public string Name => name;

    public PlayerBook Book { get; } = new();

    /// <summary>What of it is saved for good.</summary>
    public SavedChunks Saved { get; } = new();
}
