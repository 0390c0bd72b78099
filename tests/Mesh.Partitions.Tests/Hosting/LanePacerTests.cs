using Mesh.Bus;
using Mesh.Partitions.Shell;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>Whose turn it is among lanes, by a clock in the test's hand.</summary>
public sealed class LanePacerTests
{
    private readonly LanePacer _pacer = new(
    [
        Lane(TimeSpan.Zero),
        Lane(TimeSpan.FromSeconds(1)),
        Lane(TimeSpan.FromSeconds(5)) with { Rests = true },
    ]);

    [Fact]
    public void Choose_SeveralWait_TheMostUrgentGoesFirstAndWhole()
    {
        Assert.Equal(0, _pacer.Choose(100, [90, 80, 70], out int records));
        Assert.Equal(int.MaxValue, records);
        Assert.Equal(1, _pacer.Choose(100, [null, 80, 70], out _));
        Assert.Equal(-1, _pacer.Choose(100, [null, null, null], out _));
    }

    [Fact]
    public void Choose_AloneForLong_TakesAllWithoutRest()
    {
        Assert.Equal(2, _pacer.Choose(5_000, [null, null, 4_990], out int records));
        Assert.Equal(int.MaxValue, records);
        _pacer.Took(2, 5_000, 5_020);
        Assert.Equal(2, _pacer.Choose(5_020, [null, null, 4_995], out _));
    }

    [Fact]
    public void Choose_WhileAMoreUrgentIsInUse_TakesAFewAndRests()
    {
        Assert.Equal(0, _pacer.Choose(100, [90, null, 70], out _));
        Assert.Equal(2, _pacer.Choose(101, [null, null, 70], out int records));
        Assert.Equal(Limits.YieldingRecords, records);

        _pacer.Took(2, 101, 103);
        double rest = 2 * Limits.YieldingRest;
        Assert.Equal(-1, _pacer.Choose(103 + rest - 0.1, [null, null, 70], out _));
        Assert.Equal(rest - 1, _pacer.UntilDue(104, [null, null, 70]), 6);
        Assert.Equal(2, _pacer.Choose(103 + rest, [null, null, 70], out _));
    }

    [Fact]
    public void Choose_LaneThatDoesNotRest_TakesAFewAndGoesOn()
    {
        Assert.Equal(0, _pacer.Choose(100, [90, 95, null], out _));
        Assert.Equal(1, _pacer.Choose(101, [null, 95, 70], out int records));
        Assert.Equal(Limits.YieldingRecords, records);

        _pacer.Took(1, 101, 103);
        Assert.Equal(1, _pacer.Choose(103, [null, 95, 70], out _));
        _pacer.Took(1, 103, 105);
        Assert.Equal(0, _pacer.Choose(105, [104, 95, 70], out _));
    }

    [Fact]
    public void Choose_MoreUrgentNoLongerInUse_RestsNoMore()
    {
        _pacer.Choose(100, [90, null, null], out _);
        _pacer.Took(2, 1_000, 1_090);
        Assert.Equal(-1, _pacer.Choose(1_095, [null, null, 70], out _));
        Assert.Equal(2, _pacer.Choose(1_101, [null, null, 70], out int records));
        Assert.Equal(int.MaxValue, records);
    }

    [Fact]
    public void Choose_WaitedAsLongAsItMay_TakesTurnsWithTheUrgentOne()
    {
        List<int> turns = [];
        for (int turn = 0; turn < 6; turn++)
        {
            turns.Add(_pacer.Choose(6_000 + turn, [5_999, null, 900], out int records));
            Assert.Equal(turns[^1] == 0 ? int.MaxValue : Limits.YieldingRecords, records);
            _pacer.Took(turns[^1], 6_000 + turn, 6_001 + turn);
        }

        Assert.Equal([2, 0, 2, 0, 2, 0], turns);
    }

    private static LaneOptions Lane(TimeSpan maxWait) =>
        new(new TopicDefinition("lane", 1, BusCodec.None, null), Relayed: false, maxWait);
}
