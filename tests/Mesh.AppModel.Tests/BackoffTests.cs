using Mesh.AppModel.Hosting;

namespace Mesh.AppModel.Tests;

public sealed class BackoffTests
{
    [Fact]
    public void Next_OfAPartThatNeverStays_DoublesUpToFiveSeconds()
    {
        var backoff = new Backoff(Backoff.Alone);

        var waits = Enumerable.Range(0, 8).Select(_ => backoff.Next(TimeSpan.FromSeconds(9)).TotalMilliseconds);

        Assert.Equal([100, 200, 400, 800, 1600, 3200, 5000, 5000], waits);
    }

    [Fact]
    public void Next_OfOneOfSeveral_LeavesTheOthersTimeToTakeOver()
    {
        var backoff = new Backoff(Backoff.OneOfSeveral);

        Assert.Equal(1500, backoff.Next(TimeSpan.Zero).TotalMilliseconds);
        Assert.Equal(3000, backoff.Next(TimeSpan.Zero).TotalMilliseconds);
        Assert.Equal(1500, backoff.Next(TimeSpan.FromSeconds(10)).TotalMilliseconds);
    }

    [Fact]
    public void Next_OfAPartThatWasHealthyForTenSeconds_BeginsAgain()
    {
        var backoff = new Backoff(Backoff.Alone);
        backoff.Next(TimeSpan.Zero);
        backoff.Next(TimeSpan.Zero);

        Assert.Equal(100, backoff.Next(TimeSpan.FromSeconds(10)).TotalMilliseconds);
        Assert.Equal(200, backoff.Next(TimeSpan.Zero).TotalMilliseconds);
    }
}
