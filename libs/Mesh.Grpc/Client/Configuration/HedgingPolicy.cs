using Grpc.Core;

namespace Grpc.Net.Client.Configuration;

/// <summary>
/// How a call is sent several times without waiting for an answer. Not supported: a channel that is given one refuses
/// it, so that nobody counts on it.
/// </summary>
public sealed class HedgingPolicy
{
    /// <summary>The most attempts, the first included.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan? HedgingDelay { get; set; }

    /// <summary>The statuses that do not end the call.</summary>
    public IList<StatusCode> NonFatalStatusCodes { get; } = [];
}
