namespace Grpc.Net.Client.Configuration;

/// <summary>
/// Stops retries while too many calls fail. A channel begins with all its tokens; each failed attempt takes one, each
/// call that succeeds gives some back, and there are no retries with half of them or fewer.
/// </summary>
public sealed class RetryThrottlingPolicy
{
    /// <summary>All tokens: 1 to 1,000.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>How many tokens a success gives back; above 0.</summary>
    public double? TokenRatio { get; set; }
}
