using System.Collections.Concurrent;
using System.Globalization;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Mesh.Ingestion.Core.Load;

namespace Mesh.Ingestion;

/// <summary>
/// Says whether an action comes at a bad time: the door is overloaded, or its tenant or player sends too much. Each
/// instance counts for itself, so that limits are those of an instance. Safe for concurrent use.
/// </summary>
internal sealed class DoorLimits(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, RateLimiter> _limiters = new(StringComparer.Ordinal);
    private readonly long _start = clock.GetTimestamp();

    /// <summary>Judges an action that is good otherwise; null: it may pass, and counts.</summary>
    public Problem? Judge(string tenant, string player, int lane, CompiledPolicy policy, double pressure)
    {
        if (Shedding.Refuses(lane, pressure))
        {
            return Problems.Later(
                ErrorCodes.Overloaded,
                string.Empty,
                $"The door is overloaded and takes no more of lane {lane} for the moment; send again.",
                TimeSpan.FromMicroseconds(Shedding.WaitUs(lane, Random.Shared.NextDouble())));
        }

        return policy.Limits ? JudgeRate(tenant, player, policy) : null;
    }

    private Problem? JudgeRate(string tenant, string player, CompiledPolicy policy)
    {
        RateLimiter limiter = _limiters.GetOrAdd(tenant, static _ => new RateLimiter());
        long nowUs = clock.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMicrosecond;
        LimitVerdict verdict;
        lock (limiter)
        {
            verdict = limiter.Take(player, policy.Tenant, policy.Player, nowUs);
        }

        TimeSpan wait = TimeSpan.FromMicroseconds(verdict.WaitUs);
        return verdict.By switch
        {
            LimitedBy.Tenant => Problems.Later(
                ErrorCodes.RateLimited,
                HeaderNames.Tenant,
                Message("tenant", policy.Tenant),
                wait),
            LimitedBy.Player => Problems.Later(
                ErrorCodes.RateLimited,
                "player_id",
                Message("player", policy.Player),
                wait),
            _ => null,
        };
    }

    private static string Message(string who, RateLimit limit) =>
        string.Create(CultureInfo.InvariantCulture, $"The {who} sends more than {limit.PerSecond} actions a second.");
}
