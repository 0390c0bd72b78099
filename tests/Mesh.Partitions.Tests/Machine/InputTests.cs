using Mesh.Bus;
using Mesh.Partitions.Machine;
using static Mesh.Partitions.Tests.Machine.MachineRig;

namespace Mesh.Partitions.Tests.Machine;

public sealed class InputTests
{
    private readonly MachineRig _rig = new();

    [Fact]
    public void Accept_SameOffsetAgain_IsSkipped()
    {
        _rig.Accept(0, "a");
        _rig.Accept(1, "b");
        _rig.Accept(0, "a");
        _rig.Accept(1, "b");
        _rig.Commit();
        _rig.Restart();
        _rig.Accept(1, "b");
        _rig.Accept(2, "c");
        Assert.Equal(["a", "b", "c"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_SameOffsetOfAnotherTopic_IsNew()
    {
        _rig.Accept(0, "a");
        _rig.Accept(0, "b", topic: "other");
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_OffsetsWithHoles_AreDecided()
    {
        // Compaction and control records leave holes.
        _rig.Accept(3, "a");
        _rig.Accept(9, "b");
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
        Assert.Equal(10, _rig.Machine.Next[("in", 0)].Next);
    }

    [Fact]
    public void Inputs_KeepTheChecksumOfTheRecordBeforeTheNext()
    {
        _rig.Accept(3, "a");
        _rig.Accept(0, "x", topic: "other");
        _rig.Accept(9, "b");
        _rig.Accept(3, "a");
        _rig.Commit();
        _rig.Restart();
        Assert.Equal(new InputPlace(10, RecordChecksum.Of("b"u8)), _rig.Machine.Next[("in", 0)]);
        Assert.Equal(new InputPlace(1, RecordChecksum.Of("x"u8)), _rig.Machine.Next[("other", 0)]);

        _rig.Accept(4, "a");
        _rig.Commit();
        _rig.Restart();
        Assert.Equal(new InputPlace(10, RecordChecksum.Of("b"u8)), _rig.Machine.Next[("in", 0)]);
    }

    [Fact]
    public void Accept_OriginPositionAgain_IsSkippedAndItsOffsetRead()
    {
        _rig.Accept(0, "a", From(5, 0));
        _rig.Accept(1, "b", From(8, 5));
        _rig.Accept(2, "a", From(5, 0));
        _rig.Accept(3, "b", From(8, 5));
        _rig.Accept(4, "c", From(9, 8));
        Assert.Equal(["a", "b", "c"], _rig.Processor.Counted);
        Assert.Equal(5, _rig.Machine.Next[("in", 0)].Next);
    }

    [Fact]
    public void Accept_OriginPositionAgainAfterARestart_IsSkipped()
    {
        _rig.Accept(0, "a", From(5, 0));
        _rig.Commit();
        _rig.Restart();
        _rig.Accept(1, "a", From(5, 0));
        _rig.Accept(2, "b", From(6, 5));
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_PreviousNeverArrived_IsSkippedUntilTheOriginSendsAgain()
    {
        _rig.Accept(0, "a", From(5, 0));
        _rig.Accept(1, "c", From(9, 8));
        _rig.Accept(2, "d", From(10, 9));
        OpenGap gap = Assert.Single(_rig.Machine.Gaps);
        Assert.Equal((5L, 1L), (gap.Last, gap.Offset));
        Assert.Equal(["a"], _rig.Processor.Counted);

        _rig.Accept(3, "b", From(8, 5));
        _rig.Accept(4, "c", From(9, 8));
        Assert.Equal(9, Assert.Single(_rig.Machine.Gaps).Last);
        _rig.Accept(5, "d", From(10, 9));
        Assert.Empty(_rig.Machine.Gaps);
        Assert.Equal(["a", "b", "c", "d"], _rig.Processor.Counted);
        Assert.Equal(6, _rig.Machine.Next[("in", 0)].Next);
    }

    [Fact]
    public void Commit_WithAnOpenGap_KeepsTheOffsetBeforeIt()
    {
        _rig.Accept(0, "a", From(5, 0));
        _rig.Accept(1, "c", From(9, 8));
        _rig.Accept(2, "x", From(3, 0, partition: 2));
        _rig.Commit();
        _rig.Restart();
        Assert.Equal(1, _rig.Machine.Next[("in", 0)].Next);
        _rig.Accept(1, "c", From(9, 8));
        _rig.Accept(2, "x", From(3, 0, partition: 2));
        Assert.Single(_rig.Machine.Gaps);
        Assert.Equal(["a", "x"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_UnseenOriginAtPreviousZero_Starts()
    {
        _rig.Accept(0, "a", From(5, 0, partition: 1));
        _rig.Accept(1, "b", From(3, 0, partition: 2));
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_UnseenOriginAtTheFirstRecordRead_Starts()
    {
        // Retention has deleted what came before: the log begins in the middle of a chain.
        _rig.Accept(700, "a", From(9, 8));
        _rig.Accept(701, "b", From(10, 9));
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_UnseenOriginInTheMiddle_IsAGap()
    {
        _rig.Accept(0, "a", From(5, 0, partition: 1));
        _rig.Accept(1, "b", From(9, 8, partition: 2));
        Assert.Equal(0, Assert.Single(_rig.Machine.Gaps).Last);
    }

    [Fact]
    public void Accept_UnseenOriginInTheMiddleAtTheLogsBeginning_IsAGap()
    {
        _rig.Accept(0, "b", From(9, 8));
        Assert.Single(_rig.Machine.Gaps);
        Assert.Empty(_rig.Processor.Counted);
    }

    [Fact]
    public void Accept_OriginsOfTwoStores_AreToldApart()
    {
        RecordOrigin other = From(5, 0) with { Store = Guid.Parse("99999999-2222-3333-4444-555555555555") };
        _rig.Accept(0, "a", From(5, 0));
        _rig.Accept(1, "b", other);
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
    }

    [Fact]
    public void Accept_WithRoot_HandsItOn()
    {
        RecordRoot root = new(Guid.Parse("aaaaaaaa-0000-4000-8000-000000000001"), 1, 2, 3, 4);
        _rig.Accept(0, "a", From(5, 0) with { Root = root });
        Assert.Equal([root], _rig.Processor.Roots);
    }

    [Fact]
    public void Held_Records_KeepTheirOrderAndAreRetried()
    {
        _rig.Processor.NotYet.Add("b");
        _rig.Accept(0, "a");
        _rig.Accept(1, "b");
        _rig.Accept(2, "c");
        Assert.Equal(["a"], _rig.Processor.Counted);
        Assert.Equal(2, _rig.Machine.Held);
        Assert.Equal(1, _rig.Machine.Next[("in", 0)].Next);

        _rig.Machine.Retry();
        Assert.Equal(["a"], _rig.Processor.Counted);
        _rig.Processor.NotYet.Clear();
        _rig.Machine.Retry();
        _rig.Accept(3, "d");
        Assert.Equal(["a", "b", "c", "d"], _rig.Processor.Counted);
        Assert.Equal(0, _rig.Machine.Held);
    }

    [Fact]
    public void Held_RecordsNotDecided_AreReadAgainAfterARestart()
    {
        _rig.Processor.NotYet.Add("b");
        _rig.Accept(0, "a");
        _rig.Accept(1, "b");
        _rig.Commit();
        _rig.Restart();
        Assert.Equal(1, _rig.Machine.Next[("in", 0)].Next);
        _rig.Accept(1, "b");
        Assert.Equal(["a", "b"], _rig.Processor.Counted);
    }

    [Fact]
    public void Held_MoreThanAPage_AreRetriedAPageAtATime()
    {
        _rig.Processor.NotYet.Add("0");
        int count = Limits.PageEvents + 5;
        for (int i = 0; i < count; i++)
        {
            _rig.Accept(i, $"{i}");
        }

        _rig.Processor.NotYet.Clear();
        _rig.Machine.Retry();
        Assert.Equal(Limits.PageEvents, _rig.Processor.Counted.Count);
        Assert.True(_rig.Machine.WantsRetry);
        Assert.False(_rig.Machine.CanAccept);

        _rig.Commit();
        _rig.Machine.Retry();
        Assert.False(_rig.Machine.WantsRetry);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), _rig.Processor.Counted);
    }
}
