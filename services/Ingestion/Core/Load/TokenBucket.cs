namespace Mesh.Ingestion.Core.Load;

/// <summary>
/// A token bucket: full at first, one token an action. Who finds it empty is told when to come again: one after the
/// other at the rate at which tokens come, so that not all return at once for the same token. Not safe for threads.
/// </summary>
/// <param name="limit">The limit that it begins under.</param>
/// <param name="nowUs">The time, by a clock that never goes back: microseconds.</param>
public sealed class TokenBucket(RateLimit limit, long nowUs)
{
    private const double Second = 1_000_000;
    private double tokens = limit.Burst;
    private long filledUs = nowUs;
    private double toldUs = nowUs;

    /// <summary>Fills up to now, under a limit that may have changed. Whether there is a token.</summary>
    public bool Fill(in RateLimit limit, long nowUs)
    {
        // Threads may come a little out of order; time does not go back for that.
        double passed = Math.Max(0, nowUs - filledUs);
        tokens = Math.Min(limit.Burst, tokens + (passed * limit.PerSecond / Second));
        filledUs = Math.Max(filledUs, nowUs);
        return tokens >= 1;
    }

    /// <summary>Takes a token that is there.</summary>
    public void Take() => tokens--;

    /// <summary>
    /// When to come again, after now: when a token will be there that nobody else was told of;
    /// <see cref="Limits.LongestWaitUs"/> at most.
    /// </summary>
    public long WaitUs(in RateLimit limit, long nowUs)
    {
        double apart = Second / limit.PerSecond;
        double next = Math.Max(nowUs + (Math.Max(0, 1 - tokens) * apart), toldUs + apart);
        toldUs = Math.Min(next, nowUs + Limits.LongestWaitUs);
        return (long)Math.Ceiling(toldUs - nowUs);
    }
}
