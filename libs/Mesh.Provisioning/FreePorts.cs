using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Provisioning;

/// <summary>Free TCP ports on 127.0.0.1.</summary>
public static class FreePorts
{
    /// <summary>The lowest port that <see cref="Next()"/> gives: fixed ports below it are never in its way.</summary>
    public const int Lowest = 20_000;

    private const int DefaultEphemeralLow = 32_768;

    /// <summary>
    /// A port that nothing listens on now. Someone else may take it before you do: a start that then fails should be
    /// repeated with another.
    /// </summary>
    public static int Next() => Next(1)[0];

    /// <summary>Several different free ports at once.</summary>
    /// <remarks>
    /// They lie below the range from which the kernel gives ports to outgoing connections: a port of that range would
    /// often be taken between the choice and the server's bind, on a machine whose services are just connecting.
    /// </remarks>
    public static int[] Next(int count)
    {
        var chosen = new HashSet<int>();
        var highest = EphemeralLow();
        for (var attempt = 0; chosen.Count < count && attempt < 1_000 + count; attempt++)
        {
            var port = Random.Shared.Next(Lowest, highest);
            if (!chosen.Contains(port) && IsFree(port))
            {
                chosen.Add(port);
            }
        }

        return chosen.Count == count
            ? [.. chosen]
            : throw new ProvisioningException($"No {count} free ports between {Lowest} and {highest}.");
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

    private static int EphemeralLow()
    {
        try
        {
            var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ');
            return int.TryParse(range[0], CultureInfo.InvariantCulture, out var low) && low > Lowest + 1_000
                ? low
                : DefaultEphemeralLow;
        }
        catch (IOException)
        {
            return DefaultEphemeralLow;
        }
    }
}
