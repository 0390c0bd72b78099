using System.Net.Sockets;

namespace Mesh.Gateway;

/// <summary>Whether the other side has ended a connection, without reading what it has sent.</summary>
internal static class TcpState
{
    // getsockopt(2) with these, and the first byte of struct tcp_info: tcp(7), linux/tcp.h, net/tcp_states.h.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const byte Close = 7;
    private const byte CloseWait = 8;

    /// <summary>False where only reading tells: on other systems than Linux.</summary>
    internal static bool IsEnded(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            Span<byte> state = stackalloc byte[1];
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, state) == 1 && state[0] is Close or CloseWait;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
