namespace Grpc.Net.Client.Configuration;

/// <summary>
/// How calls are spread over the addresses of a channel. The known policies are <see cref="PickFirstConfig"/> and
/// <see cref="RoundRobinConfig"/>.
/// </summary>
public class LoadBalancingConfig
{
    /// <summary>The name of <see cref="PickFirstConfig"/>.</summary>
    public const string PickFirstPolicyName = "pick_first";

    /// <summary>The name of <see cref="RoundRobinConfig"/>.</summary>
    public const string RoundRobinPolicyName = "round_robin";

    /// <summary>Names a policy.</summary>
    /// <param name="loadBalancingPolicyName">The name.</param>
    public LoadBalancingConfig(string loadBalancingPolicyName)
    {
        ArgumentException.ThrowIfNullOrEmpty(loadBalancingPolicyName);
        PolicyName = loadBalancingPolicyName;
    }

    /// <summary>The name of the policy.</summary>
    public string PolicyName { get; }
}
