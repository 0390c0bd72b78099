using System.Net.Sockets;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>A connection that tells its subchannel when it is closed, by either side.</summary>
internal sealed class ConnectionStream(Socket socket, Subchannel owner) : NetworkStream(socket, ownsSocket: true)
{
    private int _isClosed;

    /// <summary>Whether the other side has closed a connection that nobody reads from.</summary>
    public bool IsClosedByPeer
    {
        get
        {
            try
            {
                return Socket.Poll(0, SelectMode.SelectRead) && Socket.Available == 0;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            owner.OnClosed(this);
        }
    }
}
