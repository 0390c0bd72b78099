using Grpc.Net.Client.Internal.Connections;

namespace Grpc.Net.Client.Balancer;

/// <summary>
/// Resolves addresses like <c>dns:///host:port</c> by the system's name service. It asks when a connection was lost or
/// could not be made, at most every 15 s, and at an interval.
/// </summary>
public sealed class DnsResolverFactory : ResolverFactory
{
    private readonly TimeSpan _refreshInterval;

    /// <summary>Creates a factory.</summary>
    /// <param name="refreshInterval">How often to ask again; <see cref="Timeout.InfiniteTimeSpan"/>, as without a
    /// factory of your own, for after failures alone.</param>
    public DnsResolverFactory(TimeSpan refreshInterval)
    {
        if (refreshInterval != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(refreshInterval, TimeSpan.Zero);
        }

        _refreshInterval = refreshInterval;
    }

    /// <inheritdoc/>
    public override string Name => "dns";

    /// <inheritdoc/>
    public override Resolver Create(ResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DnsResolver(options, _refreshInterval);
    }
}
