using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client.Balancer;

/// <summary>What a <see cref="Resolver"/> found, or why it found nothing.</summary>
public sealed class ResolverResult
{
    private ResolverResult(Status status, IReadOnlyList<BalancerAddress>? addresses, ServiceConfig? serviceConfig)
    {
        Status = status;
        Addresses = addresses;
        ServiceConfig = serviceConfig;
    }

    /// <summary>OK, or why it found nothing.</summary>
    public Status Status { get; }

    /// <summary>The addresses; null for a failure.</summary>
    public IReadOnlyList<BalancerAddress>? Addresses { get; }

    /// <summary>How calls are to be spread over the addresses; null for what the channel was told.</summary>
    public ServiceConfig? ServiceConfig { get; }

    /// <summary>Makes the result of a failure. A channel that has addresses goes on with them.</summary>
    /// <param name="status">Why; not OK.</param>
    /// <returns>The result.</returns>
    public static ResolverResult ForFailure(Status status) => status.StatusCode == StatusCode.OK
        ? throw new ArgumentException("The status of a failure cannot be OK.", nameof(status))
        : new ResolverResult(status, null, null);

    /// <summary>Makes the result of a success.</summary>
    /// <param name="addresses">The addresses, which replace all earlier ones.</param>
    /// <returns>The result.</returns>
    public static ResolverResult ForResult(IReadOnlyList<BalancerAddress> addresses) =>
        ForResult(addresses, null, null);

    /// <summary>Makes the result of a success with a service config.</summary>
    /// <param name="addresses">The addresses, which replace all earlier ones.</param>
    /// <param name="serviceConfig">Of which the load balancing is used; null for what the channel was told.</param>
    /// <param name="serviceConfigStatus">When not OK, the service config is not used.</param>
    /// <returns>The result.</returns>
    public static ResolverResult ForResult(
        IReadOnlyList<BalancerAddress> addresses, ServiceConfig? serviceConfig, Status? serviceConfigStatus)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        var isUsable = serviceConfigStatus is null || serviceConfigStatus.Value.StatusCode == StatusCode.OK;
        return new ResolverResult(Status.DefaultSuccess, addresses, isUsable ? serviceConfig : null);
    }
}
