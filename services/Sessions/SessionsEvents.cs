using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Sessions.Core.Windows;
using Kind = Mesh.Contracts.Events.V1.SessionChanged.Types.Kind;

namespace Mesh.Sessions;

/// <summary>EDGE: the core's records to protobuf and back, one to one.</summary>
internal static class SessionsEvents
{
    public static SessionChanged ToContract(ActionAccepted action, SessionEvent e)
    {
        SessionChanged changed = new()
        {
            Tenant = action.Tenant,
            GameId = action.GameId,
            PlayerId = action.PlayerId,
            SessionId = Bytes(e.Session.Id),
            FirstUs = e.Session.FirstUs,
            LastUs = e.Session.LastUs,
            Actions = e.Session.Actions,
            ActionId = action.ActionId,
            Kind = e switch
            {
                SessionEvent.Opened => Kind.Opened,
                SessionEvent.Extended => Kind.Extended,
                SessionEvent.MergedInto => Kind.MergedInto,
                _ => throw new InvalidOperationException($"Unknown event {e}."),
            },
        };
        if (e is SessionEvent.MergedInto merged)
        {
            changed.MergedInto = Bytes(merged.SurvivorId);
        }

        return changed;
    }

    public static SessionEvent ToCore(SessionChanged e)
    {
        Guid action = Ids.FromBytes(e.ActionId.Span);
        Session session = new(Ids.FromBytes(e.SessionId.Span), e.FirstUs, e.LastUs, e.Actions);
        return e.Kind switch
        {
            Kind.Opened => new SessionEvent.Opened(action, session),
            Kind.Extended => new SessionEvent.Extended(action, session),
            Kind.MergedInto => new SessionEvent.MergedInto(action, session, Ids.FromBytes(e.MergedInto.Span)),
            _ => throw new InvalidDataException($"A session change has kind {e.Kind}, which Sessions does not know."),
        };
    }

    private static ByteString Bytes(Guid id) => UnsafeByteOperations.UnsafeWrap(Ids.ToBytes(id));
}
