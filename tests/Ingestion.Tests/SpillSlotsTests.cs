using Mesh.Ingestion.Relaying;

namespace Mesh.Ingestion.Tests;

/// <summary>Which partition of the log takes whose actions.</summary>
public sealed class SpillSlotsTests
{
    private readonly SpillSlots _slots = new(12);

    [Fact]
    public void Of_OwnedPartition_IsItself() => Assert.Equal(3, _slots.Of(3, [1, 3, 5]));

    [Fact]
    public void Of_PartitionOfAnother_IsOneThatIsOwned() => Assert.True(_slots.Of(4, [1, 3, 5]) is 1 or 3 or 5);

    [Fact]
    public void Of_NothingOwned_IsNoneYet()
    {
        Assert.Null(_slots.Of(4, []));
        Assert.Equal(5, _slots.Of(4, [5]));
    }

    [Fact]
    public void Of_PartitionsComeAndGo_StaysTheSameUntilItIsLost()
    {
        Assert.Equal(7, _slots.Of(4, [7]));
        Assert.Equal(7, _slots.Of(4, [4, 8]));
        _slots.Lose(7);
        Assert.Equal(4, _slots.Of(4, [4, 8]));
        Assert.Equal([7, 4], _slots.Used);
    }

    [Fact]
    public void Begin_AfterASpill_ChoosesAnew()
    {
        _slots.Of(4, [7]);
        _slots.Begin();
        Assert.Empty(_slots.Used);
        Assert.Equal(4, _slots.Of(4, [4]));
    }
}
