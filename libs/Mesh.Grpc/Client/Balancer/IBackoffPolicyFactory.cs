namespace Grpc.Net.Client.Balancer;

/// <summary>Makes back-off policies, one for each series of attempts.</summary>
public interface IBackoffPolicyFactory
{
    /// <summary>Makes a policy that begins anew.</summary>
    /// <returns>The policy.</returns>
    IBackoffPolicy Create();
}
