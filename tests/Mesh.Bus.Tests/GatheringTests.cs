using System.Diagnostics;
using Mesh.Bus.Reading;

namespace Mesh.Bus.Tests;

/// <summary>How long a reader rests after a batch.</summary>
public sealed class GatheringTests
{
    private const int FullBatch = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData(Limits.ManyRecords - 1, 0)]
    [InlineData(Limits.ManyRecords, 1)]
    [InlineData(Limits.VeryManyRecords - 1, 1)]
    [InlineData(Limits.VeryManyRecords, 2)]
    [InlineData(FullBatch - 1, 2)]
    [InlineData(FullBatch, 0)]
    public void Rest_IsLongerTheMoreWereTaken_ButNoneAfterAFullBatch(int records, int intervals)
    {
        var gathering = new Gathering(Interval, FullBatch);
        gathering.Took(records, now: 0);

        Assert.Equal(Interval * intervals, gathering.Rest(now: 0));
    }

    [Fact]
    public void Rest_CountsFromWhenTheBatchWasTaken()
    {
        var gathering = new Gathering(Interval, FullBatch);
        gathering.Took(Limits.ManyRecords, now: 0);

        Assert.Equal(Interval / 2, gathering.Rest(Stopwatch.Frequency / 200));
        Assert.Equal(TimeSpan.Zero, gathering.Rest(Stopwatch.Frequency));
    }
}
