using Grpc.Core;

namespace Grpc.Net.Client.Configuration;

/// <summary>
/// How failed calls are tried again, until the server has begun to answer. All values are required.
/// Source: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
/// </summary>
public sealed class RetryPolicy
{
    /// <summary>The most attempts, the first included: at least 2; the channel may allow fewer.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>The wait before the second attempt. Every wait is varied at random by up to a fifth.</summary>
    public TimeSpan? InitialBackoff { get; set; }

    /// <summary>What no wait grows beyond.</summary>
    public TimeSpan? MaxBackoff { get; set; }

    /// <summary>By what the wait grows from one attempt to the next; above 0.</summary>
    public double? BackoffMultiplier { get; set; }

    /// <summary>The statuses that are tried again; at least one.</summary>
    public IList<StatusCode> RetryableStatusCodes { get; } = [];
}
