using Mesh.Gateway;

namespace Gateway.Tests;

public sealed class PacerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Next_MoreThanTheBurst_WaitsForItsTurn()
    {
        Pacer pacer = new(perSecond: 100, burst: 3, _clock);

        double[] waits = [.. Enumerable.Range(0, 5).Select(_ => pacer.Next().TotalMilliseconds)];

        Assert.Equal([0, 0, 0, 10, 20], waits);
    }

    [Fact]
    public void Next_AfterARest_HasTheBurstAgainAndNoMore()
    {
        Pacer pacer = new(perSecond: 100, burst: 3, _clock);
        _ = Enumerable.Range(0, 5).Select(_ => pacer.Next()).Last();
        _clock.Advance(TimeSpan.FromMinutes(1));

        double[] waits = [.. Enumerable.Range(0, 5).Select(_ => pacer.Next().TotalMilliseconds)];

        Assert.Equal([0, 0, 0, 10, 20], waits);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
