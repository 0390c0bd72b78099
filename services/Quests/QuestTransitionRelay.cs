using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Door;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests;

/// <summary>
/// OUT: an event of the core becomes an event of the log and, where it earns something, a record of
/// <c>quest.v1.transitions</c>. What is only noted stays in the log: nobody downstream acts on it. Versions of games
/// and of door policies go to <c>quest.v1.catalog</c>.
/// </summary>
internal sealed class QuestTransitionRelay(int partition)
{
    // A player's transitions go to the partition that the player's stream is in: the same number in every topic.
    private readonly EventTarget _transitions = new(TopicCatalog.QuestTransitions.Name, partition);

    public void Append(PlayerStream player, RunEvent happened, in RecordRoot root, IEventAppender appender)
    {
        byte[] body = QuestsEvents.ToContract(player, happened).ToByteArray();
        EventTarget? target = happened.Kind == TransitionKind.Noted ? null : _transitions;
        appender.Append(player.Name, EventNames.QuestTransition, body, root, target);
    }

    public void Append(string tenant, CatalogEvent.GamePublished published, long nowUs, IEventAppender appender)
    {
        string game = published.Definition.Slug;
        EventTarget target = new(
            TopicCatalog.QuestCatalog.Name,
            Placement.Partition(Placement.Game(tenant, game)),
            CatalogKeys.Game(tenant, game, published.Version));
        byte[] body = QuestsEvents.ToContract(tenant, published, nowUs).ToByteArray();
        appender.Append(Placement.Game(tenant, game), EventNames.GamePublished, body, default, target);
    }

    public void Append(string tenant, DoorPolicyPublished published, long nowUs, IEventAppender appender)
    {
        string stream = Placement.Door(tenant);
        EventTarget target = new(
            TopicCatalog.QuestCatalog.Name,
            Placement.Partition(stream),
            CatalogKeys.DoorPolicy(tenant, published.Version));
        byte[] body = QuestsEvents.ToContract(tenant, published, nowUs).ToByteArray();
        appender.Append(stream, EventNames.DoorPolicyPublished, body, default, target);
    }
}
