using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;
using Kind = Mesh.Contracts.Events.V1.ActionAccepted.KindOneofCase;

namespace Mesh.Quests;

/// <summary>IN: an accepted action becomes a command of its player's stream.</summary>
internal sealed class PlayerActionConsumer(GameCatalog catalog, QuestTransitionRelay relay)
{
    /// <summary>
    /// (1) Nothing is decided under a catalog older than the one that the action was accepted under: the partition
    /// waits for it. (2) Decide. (3) Fold and append what was decided.
    /// </summary>
    public Verdict Consume(ActionAccepted action, in TopicRecord record, PlayerStream player, IEventAppender appender)
    {
        // 1.
        PlayerAction command = ToCommand(action);
        if (catalog.Find(action.Tenant, action.GameId) is not { } game
            || game.At((uint)action.CatalogVersion) is null
            || game.At(RunDecider.VersionFor(command, player.State)) is null)
        {
            return Verdict.Wait;
        }

        // 2.
        RunEvent[] events = RunDecider.Decide(command, player.State, game.Versions);

        // 3.
        RecordRoot root = new(command.ActionId, (int)action.Lane, record.Partition, record.Offset, action.ReceivedUs);
        foreach (RunEvent happened in events)
        {
            player.State.Evolve(happened);
            relay.Append(player, happened, root, appender);
        }

        return Verdict.Done;
    }

    private static PlayerAction ToCommand(ActionAccepted action) => new(
        action.GameId,
        Ids.FromBytes(action.ActionId.Span),
        ContentHash.Of(action),
        action.EffectiveUs,
        action.CatalogVersion,
        ToDetail(action));

    private static ActionDetail ToDetail(ActionAccepted action) => action.KindCase switch
    {
        Kind.CheckIn => new ActionDetail.CheckIn(action.CheckIn.VenueId),
        Kind.QrScan => new ActionDetail.QrScan(action.QrScan.Code),
        Kind.PowerUp => new ActionDetail.PowerUp(action.PowerUp.PowerUpId),
        Kind.TaskDone => new ActionDetail.TaskDone(action.TaskDone.TaskId),
        Kind.Answer => new ActionDetail.Answer(action.Answer.QuestionId, action.Answer.Answer_),
        Kind.LocationPing => ActionDetail.LocationPing.Instance,
        Kind.DailyBonus => ActionDetail.DailyBonus.Instance,
        Kind.Login => ActionDetail.Login.Instance,
        _ => throw new InvalidDataException($"Action {action.ActionId.ToBase64()} has no kind."),
    };
}
