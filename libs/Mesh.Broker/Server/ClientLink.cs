using System.Net;
using System.Net.Sockets;

namespace Mesh.Broker.Server;

/// <summary>The client's end of a connection, for requests that wait. Owned by the connection.</summary>
internal sealed class ClientLink(Socket socket, CancellationToken stopping)
{
    /// <summary>The client's address, in the form in which Apache Kafka describes members.</summary>
    public string Host { get; } = $"/{(socket.RemoteEndPoint as IPEndPoint)?.Address}";

    /// <summary>
    /// Blocks until the answer is there. Ends with an exception when the client leaves or the broker stops meanwhile.
    /// </summary>
    public T Await<T>(Task<T> answer)
    {
        while (Task.WaitAny([answer], Limits.LivenessCheckMs, stopping) < 0)
        {
            ThrowIfGone();
        }

        return answer.GetAwaiter().GetResult();
    }

    /// <summary>A client that has closed its end waits for no answer: its connection is given up.</summary>
    public void ThrowIfGone()
    {
        if (socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
    }
}
