using System.Net;

namespace Grpc.Net.Client.Balancer;

/// <summary>An address that calls can go to.</summary>
public sealed class BalancerAddress
{
    /// <summary>Creates an address.</summary>
    /// <param name="endPoint">The host, a name or an IP address, and the port.</param>
    public BalancerAddress(DnsEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        EndPoint = endPoint;
    }

    /// <summary>Creates an address.</summary>
    /// <param name="host">The host, a name or an IP address.</param>
    /// <param name="port">The port.</param>
    public BalancerAddress(string host, int port)
        : this(new DnsEndPoint(host, port))
    {
    }

    /// <summary>The host and the port.</summary>
    public DnsEndPoint EndPoint { get; }

    /// <summary>The authority that calls name, and TLS checks, instead of the address itself.</summary>
    internal string? Authority { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{EndPoint.Host}:{EndPoint.Port}";

    /// <summary>Whether connections to both can serve the same calls.</summary>
    internal bool IsSameAs(BalancerAddress other) =>
        EndPoint.Port == other.EndPoint.Port
        && string.Equals(EndPoint.Host, other.EndPoint.Host, StringComparison.OrdinalIgnoreCase)
        && string.Equals(Authority, other.Authority, StringComparison.OrdinalIgnoreCase);
}
