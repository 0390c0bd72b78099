using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards;

/// <summary>One partition of Rewards: the book of its players' wallets. Owned by the loop.</summary>
internal sealed class RewardsProcessor : IPartitionProcessor
{
    private readonly QuestTransitionConsumer _consumer;

    private RewardsProcessor(int partition, GameTable games, ILogger logger) =>
        _consumer = new QuestTransitionConsumer(games, new RewardIssuedRelay(partition), logger);

    /// <summary>What the partition's players hold.</summary>
    public PartitionBook Book { get; } = new();

    /// <summary>The processors of all partitions, empty.</summary>
    public static IReadOnlyList<RewardsProcessor> All(GameTable games, ILogger logger) =>
        [.. Enumerable.Range(0, Placement.Partitions).Select(n => new RewardsProcessor(n, games, logger))];

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        if (stored.Type != EventNames.RewardIssued)
        {
            throw new InvalidDataException(
                $"Event {stored.Position} has type '{stored.Type}', which Rewards does not know.");
        }

        Book.Evolve(RewardsEvents.ToCore(RewardIssued.Parser.ParseFrom(stored.Body)));
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender) =>
        _consumer.Consume(QuestTransition.Parser.ParseFrom(record.Value), record.Root, Book, appender);
}
