using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Partitions;
using Mesh.Sessions.Core.Windows;

namespace Mesh.Sessions;

/// <summary>IN: an accepted action is observed by its player's sessions.</summary>
internal sealed class PlayerActionConsumer(SessionChangeRelay relay)
{
    public void Consume(ActionAccepted action, in TopicRecord record, PlayerStream player, IEventAppender appender)
    {
        PlayerSessions sessions = player.Open(action.GameId);

        // The id of a session is made only where one may be opened.
        Guid actionId = Ids.FromBytes(action.ActionId.Span);
        Guid candidate = sessions.Continues(action.EffectiveUs, SessionDecider.DefaultGapUs)
            ? Guid.Empty
            : Ids.Session(action.Tenant, action.GameId, action.PlayerId, action.EffectiveUs);
        SessionCommand command = new SessionCommand.ObserveAction(actionId, action.EffectiveUs, candidate);
        RecordRoot root = new(actionId, (int)action.Lane, record.Partition, record.Offset, action.ReceivedUs);
        foreach (SessionEvent happened in SessionDecider.Decide(command, sessions, SessionDecider.DefaultGapUs))
        {
            sessions.Evolve(happened);
            relay.Append(player.Name, action, happened, root, appender);
        }
    }
}
