namespace Mesh.Ingestion.Core.Load;

/// <summary>Whose limit an action is over.</summary>
public enum LimitedBy
{
    /// <summary>Nobody's: it may pass.</summary>
    Nobody,

    /// <summary>The tenant's.</summary>
    Tenant,

    /// <summary>The player's.</summary>
    Player,
}

/// <summary>What a limiter says of an action.</summary>
/// <param name="By">Whose limit it is over.</param>
/// <param name="WaitUs">When to send it again, in microseconds from now.</param>
public readonly record struct LimitVerdict(LimitedBy By, long WaitUs);

/// <summary>The limits of one tenant's actions. Not safe for threads.</summary>
public sealed class RateLimiter
{
    private readonly PlayerBuckets players = new();
    private TokenBucket? tenantBucket;

    /// <summary>
    /// Takes a token of the tenant's and one of the player's, or neither: who is over its own limit does not use up
    /// that of others.
    /// </summary>
    /// <param name="player">The player.</param>
    /// <param name="ofTenant">The limit of the tenant, as it is now.</param>
    /// <param name="ofPlayer">The limit of each player, as it is now.</param>
    /// <param name="nowUs">The time, by a clock that never goes back: microseconds.</param>
    public LimitVerdict Take(string player, in RateLimit ofTenant, in RateLimit ofPlayer, long nowUs)
    {
        TokenBucket? own = ofPlayer.Limits ? players.Of(player, ofPlayer, nowUs) : null;
        if (own is not null && !own.Fill(ofPlayer, nowUs))
        {
            return new LimitVerdict(LimitedBy.Player, own.WaitUs(ofPlayer, nowUs));
        }

        if (ofTenant.Limits)
        {
            tenantBucket ??= new TokenBucket(ofTenant, nowUs);
            if (!tenantBucket.Fill(ofTenant, nowUs))
            {
                return new LimitVerdict(LimitedBy.Tenant, tenantBucket.WaitUs(ofTenant, nowUs));
            }

            tenantBucket.Take();
        }

        own?.Take();
        return default;
    }
}
