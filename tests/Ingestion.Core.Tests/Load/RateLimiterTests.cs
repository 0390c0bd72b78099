using FsCheck;
using FsCheck.Fluent;
using Mesh.Ingestion.Core.Load;

namespace Mesh.Ingestion.Core.Tests.Load;

public sealed class RateLimiterTests
{
    private const long Second = 1_000_000;
    private static readonly RateLimit None = default;
    private static readonly RateLimit TenASecond = new(10, 5);

    [Fact]
    public void Take_WithoutLimits_AlwaysPasses()
    {
        RateLimiter limiter = new();
        Assert.All(
            Enumerable.Range(0, 1000), _ => Assert.Equal(default, limiter.Take("ada", None, None, nowUs: 0)));
    }

    [Fact]
    public void Take_BeyondTheBurst_IsToldWhenATokenComes()
    {
        RateLimiter limiter = new();
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(default, limiter.Take("ada", TenASecond, None, 0)));

        Assert.Equal(new LimitVerdict(LimitedBy.Tenant, Second / 10), limiter.Take("ada", TenASecond, None, 0));
        Assert.Equal(default, limiter.Take("ada", TenASecond, None, Second / 10));
    }

    [Fact]
    public void Take_ManyOverTheLimit_AreToldOneAfterTheOther()
    {
        RateLimiter limiter = new();
        long[] waits = [.. Enumerable.Range(0, 205).Select(_ => limiter.Take("ada", TenASecond, None, 0).WaitUs)];

        Assert.Equal(Enumerable.Range(1, 100).Select(n => n * Second / 10), waits[5..105]);
        Assert.All(waits[105..], wait => Assert.Equal(Limits.LongestWaitUs, wait));
    }

    [Fact]
    public void Take_OverThePlayersLimit_UsesNothingOfTheTenants()
    {
        RateLimiter limiter = new();
        RateLimit one = new(1, 1);
        Assert.Equal(default, limiter.Take("ada", new(10, 2), one, 0));
        for (int i = 1; i <= 100; i++)
        {
            Assert.Equal(new LimitVerdict(LimitedBy.Player, i <= 10 ? i * Second : 10 * Second),
                limiter.Take("ada", new(10, 2), one, 0));
        }

        Assert.Equal(default, limiter.Take("bob", new(10, 2), one, 0));
        Assert.Equal(LimitedBy.Tenant, limiter.Take("eve", new(10, 2), one, 0).By);
    }

    [Fact]
    public void Take_OverTheTenantsLimit_UsesNothingOfThePlayers()
    {
        RateLimiter limiter = new();
        RateLimit one = new(1, 1);
        Assert.Equal(default, limiter.Take("bob", one, one, 0));
        Assert.Equal(LimitedBy.Tenant, limiter.Take("ada", one, one, 0).By);

        Assert.Equal(default, limiter.Take("ada", None, one, 0));
    }

    [Fact]
    public void Take_UnderALimitThatChanged_GoesByTheNewOne()
    {
        RateLimiter limiter = new();
        Assert.Equal(default, limiter.Take("ada", new(1, 100), None, 0));

        // 99 tokens are left, of which the new burst keeps two.
        Assert.Equal(default, limiter.Take("ada", new(1, 2), None, 0));
        Assert.Equal(default, limiter.Take("ada", new(1, 2), None, 0));
        Assert.Equal(LimitedBy.Tenant, limiter.Take("ada", new(1, 2), None, 0).By);
    }

    [Fact]
    public void Take_ATimeThatGoesBack_GivesNoToken()
    {
        RateLimiter limiter = new();
        Assert.Equal(default, limiter.Take("ada", new(1, 1), None, 10 * Second));
        Assert.Equal(LimitedBy.Tenant, limiter.Take("ada", new(1, 1), None, 5 * Second).By);
        Assert.Equal(LimitedBy.Tenant, limiter.Take("ada", new(1, 1), None, 10 * Second).By);
        Assert.Equal(default, limiter.Take("ada", new(1, 1), None, 11 * Second));
    }

    [Fact]
    public void Take_AtAnyTimes_NeverLetsThroughMoreThanBurstAndRate() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            Random random = new(seed);
            RateLimit limit = new(random.Next(1, 1000), random.Next(1, 50));
            RateLimiter limiter = new();
            long now = 0;
            int passed = 0;
            for (int i = 0; i < 500; i++)
            {
                LimitVerdict verdict = limiter.Take("ada", None, limit, now);
                passed += verdict.By == LimitedBy.Nobody ? 1 : 0;
                Assert.True(passed <= limit.Burst + (now * limit.PerSecond / Second) + 1e-3);
                Assert.InRange(verdict.WaitUs, verdict.By == LimitedBy.Nobody ? 0 : 1, Limits.LongestWaitUs);
                now += random.Next(0, 20_000);
            }
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Take_ByWhoComesWhenTold_PassesAtTheRate()
    {
        // Everybody comes at once, and then when told: none is told three times, and the bucket never idles.
        RateLimiter limiter = new();
        PriorityQueue<int, long> coming = new();
        Enumerable.Range(0, 95).ToList().ForEach(client => coming.Enqueue(client, 0));
        int[] told = new int[95];
        long last = 0;
        while (coming.TryDequeue(out int client, out long at))
        {
            LimitVerdict verdict = limiter.Take("ada", TenASecond, None, at);
            if (verdict.By != LimitedBy.Nobody)
            {
                told[client]++;
                coming.Enqueue(client, at + verdict.WaitUs);
            }

            last = at;
        }

        Assert.InRange(told.Max(), 1, 2);
        Assert.InRange(last, 9 * Second, 10 * Second);
    }

    [Fact]
    public void Buckets_OfTooManyPlayers_ForgetWhoSentNothingForTheLongest()
    {
        PlayerBuckets buckets = new(half: 3);
        RateLimit one = new(1, 1);
        TokenBucket ada = Emptied("ada");
        for (int i = 0; i < 100; i++)
        {
            Emptied($"p{i}");
            Assert.InRange(buckets.Count, 1, 6);
            Assert.Same(ada, buckets.Of("ada", one, 0));
        }

        // Remembered and empty; forgotten, and full again.
        Assert.False(buckets.Of("p99", one, 0).Fill(one, 0));
        Assert.True(buckets.Of("p0", one, 0).Fill(one, 0));

        TokenBucket Emptied(string player)
        {
            TokenBucket bucket = buckets.Of(player, one, 0);
            Assert.True(bucket.Fill(one, 0));
            bucket.Take();
            return bucket;
        }
    }
}
