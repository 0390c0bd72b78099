namespace Grpc.Net.Client.Configuration;

/// <summary>Calls go to all addresses that are connected, in turn.</summary>
public sealed class RoundRobinConfig : LoadBalancingConfig
{
    /// <summary>Creates the configuration.</summary>
    public RoundRobinConfig()
        : base(RoundRobinPolicyName)
    {
    }
}
