namespace Grpc.Net.Client.Configuration;

/// <summary>
/// How a client treats a service.
/// Source: https://github.com/grpc/grpc/blob/master/doc/service_config.md
/// </summary>
public sealed class ServiceConfig
{
    /// <summary>How calls are spread over several addresses: the first policy that is known holds; pick-first when
    /// there is none.</summary>
    public IList<LoadBalancingConfig> LoadBalancingConfigs { get; } = [];

    /// <summary>What holds for single methods.</summary>
    public IList<MethodConfig> MethodConfigs { get; } = [];

    /// <summary>When retries stop because too many calls fail; null for never.</summary>
    public RetryThrottlingPolicy? RetryThrottling { get; set; }
}
