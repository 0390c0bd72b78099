using Grpc.Net.Client.Balancer;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>
/// Waits that grow by 1.6 each and are varied by up to a fifth, so that clients do not come back all at once.
/// Source: https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md
/// </summary>
internal sealed class ExponentialBackoff(TimeSpan initial, TimeSpan? longest) : IBackoffPolicy
{
    private const double Growth = 1.6;

    // A timer cannot wait longer.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(int.MaxValue);

    private TimeSpan _next = initial;

    /// <summary>Varies a wait by up to a fifth.</summary>
    public static TimeSpan Vary(TimeSpan wait)
    {
        var varied = wait * (0.8 + (0.4 * Random.Shared.NextDouble()));
        return varied < LongestWait ? varied : LongestWait;
    }

    public TimeSpan NextBackoff()
    {
        var limit = longest is { } some && some < LongestWait ? some : LongestWait;
        var wait = _next < limit ? _next : limit;
        _next = wait * Growth;
        return Vary(wait);
    }

    /// <summary>Begins anew each time.</summary>
    internal sealed class Factory(TimeSpan initial, TimeSpan? longest) : IBackoffPolicyFactory
    {
        public IBackoffPolicy Create() => new ExponentialBackoff(initial, longest);
    }
}
