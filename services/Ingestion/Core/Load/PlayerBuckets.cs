namespace Mesh.Ingestion.Core.Load;

/// <summary>
/// The buckets of one tenant's players, <see cref="Limits.PlayerBuckets"/> at most. They lie in two halves: when the
/// newer one is full the older one is forgotten, and with it who has sent nothing for the longest. A player who is
/// forgotten begins with a full bucket, so that too many players loosen the limit and shut nobody out. Not safe for
/// threads.
/// </summary>
/// <param name="half">Buckets of a half.</param>
public sealed class PlayerBuckets(int half = Limits.PlayerBuckets / 2)
{
    private Dictionary<string, TokenBucket> newer = new(StringComparer.Ordinal);
    private Dictionary<string, TokenBucket> older = new(StringComparer.Ordinal);

    /// <summary>How many are remembered.</summary>
    public int Count => newer.Count + older.Count;

    /// <summary>A player's bucket; a full one, when none is remembered.</summary>
    public TokenBucket Of(string player, in RateLimit limit, long nowUs)
    {
        if (newer.TryGetValue(player, out TokenBucket? bucket))
        {
            return bucket;
        }

        if (!older.Remove(player, out bucket))
        {
            bucket = new TokenBucket(limit, nowUs);
        }

        if (newer.Count >= half)
        {
            (older, newer) = (newer, older);
            newer.Clear();
        }

        newer.Add(player, bucket);
        return bucket;
    }
}
