using System.Net;
using System.Net.Sockets;

namespace Mesh.Provisioning;

/// <summary>Free TCP ports on 127.0.0.1.</summary>
public static class FreePorts
{
    /// <summary>
    /// A port that was free a moment ago, chosen by the kernel. Someone else may take it before you do: a start that then
    /// fails should be repeated with another.
    /// </summary>
    public static int Next() => Next(1)[0];

    /// <summary>Several different ports at once, held together while they are chosen.</summary>
    public static int[] Next(int count)
    {
        var sockets = new List<Socket>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }

            return [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>
    /// Whether nothing listens on the port. A port whose last connections are still in TIME_WAIT counts as free, as it
    /// does for servers.
    /// </summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The first port of the list on which something listens, or null when all are free.</summary>
    public static int? FirstTaken(IEnumerable<int> ports)
    {
        ArgumentNullException.ThrowIfNull(ports);
        foreach (var port in ports)
        {
            if (!IsFree(port))
            {
                return port;
            }
        }

        return null;
    }
}
