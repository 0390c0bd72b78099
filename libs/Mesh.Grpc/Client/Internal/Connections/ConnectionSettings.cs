using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>How a channel connects.</summary>
internal sealed record ConnectionSettings
{
    /// <summary>Of the requests: http or https.</summary>
    public required string Scheme { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>
    /// Whether a call dials at once, whatever the back-off. So it is with one fixed address, where a call has nowhere
    /// else to go and its caller has a back-off of its own; nobody dials such an address while nobody calls.
    /// </summary>
    public bool DialsOnCall { get; init; }

    public bool IsRoundRobin { get; init; }

    public bool UsesResolverConfig { get; init; }

    public TimeSpan ConnectTimeout { get; init; }

    public TimeSpan InitialBackoff { get; init; }

    public TimeSpan? MaxBackoff { get; init; }

    /// <summary>Reads the first load-balancing policy that is known.</summary>
    /// <exception cref="InvalidOperationException">None is.</exception>
    public static bool UsesRoundRobin(ServiceConfig? config)
    {
        if (config is null || config.LoadBalancingConfigs.Count == 0)
        {
            return false;
        }

        foreach (var policy in config.LoadBalancingConfigs)
        {
            switch (policy.PolicyName)
            {
                case LoadBalancingConfig.PickFirstPolicyName:
                    return false;
                case LoadBalancingConfig.RoundRobinPolicyName:
                    return true;
            }
        }

        var names = string.Join(", ", config.LoadBalancingConfigs.Select(policy => policy.PolicyName));
        throw new InvalidOperationException(
            $"ServiceConfig.LoadBalancingConfigs names no known policy: {names}. Known: pick_first, round_robin.");
    }
}
