namespace Grpc.Net.Client.Configuration;

/// <summary>All calls go to the first address that can be connected to.</summary>
public sealed class PickFirstConfig : LoadBalancingConfig
{
    /// <summary>Creates the configuration.</summary>
    public PickFirstConfig()
        : base(PickFirstPolicyName)
    {
    }
}
