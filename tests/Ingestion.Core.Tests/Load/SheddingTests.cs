using Mesh.Ingestion.Core.Load;

namespace Mesh.Ingestion.Core.Tests.Load;

public sealed class SheddingTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.499, 0)]
    [InlineData(0.5, 1)]
    [InlineData(0.749, 1)]
    [InlineData(0.75, 2)]
    [InlineData(0.999, 2)]
    [InlineData(1, 3)]
    [InlineData(1.2, 3)]
    public void Refuses_UnderPressure_TheLastLanesFirst(double pressure, int refused) =>
        Assert.Equal(
            [refused > 2, refused > 1, refused > 0],
            Enumerable.Range(0, 3).Select(lane => Shedding.Refuses(lane, pressure)));

    [Fact]
    public void WaitUs_OfALaterLane_IsLongerAndSpread()
    {
        Assert.Equal([500_000L, 1_000_000, 1_500_000], Enumerable.Range(0, 3).Select(n => Shedding.WaitUs(n, 0)));
        Assert.Equal([750_000L, 1_500_000, 2_250_000], Enumerable.Range(0, 3).Select(n => Shedding.WaitUs(n, 0.5)));
    }
}
