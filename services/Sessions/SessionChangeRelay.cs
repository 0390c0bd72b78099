using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Sessions.Core.Windows;

namespace Mesh.Sessions;

/// <summary>
/// OUT: an event of the core becomes an event of the log; where a session begins or ends, a record of
/// <c>session.v1.lifecycle</c> as well.
/// </summary>
internal sealed class SessionChangeRelay(int partition)
{
    private readonly EventTarget _lifecycle = new(TopicCatalog.SessionLifecycle.Name, partition);

    public void Append(
        string stream, ActionAccepted action, SessionEvent happened, in RecordRoot root, IEventAppender appender)
    {
        byte[] body = SessionsEvents.ToContract(action, happened).ToByteArray();
        appender.Append(
            stream,
            EventNames.SessionChanged,
            body,
            root,
            happened is SessionEvent.Extended ? null : _lifecycle);
    }
}
