using Mesh.EventStore;

namespace Mesh.Partitions.Tests.Machine;

public sealed class CommitTests
{
    private readonly MachineRig _rig = new();

    [Fact]
    public void TakePage_Decided_HoldsEventsAndInputsTogether()
    {
        _rig.Accept(0, "a");
        _rig.Accept(1, "-nothing");
        PageWrite page = _rig.Machine.TakePage();
        Assert.Equal(MemoryStore.Origin, page.Head);
        Assert.Equal([MemoryStore.Origin + 1], page.Events.Select(e => e.Position));
        Assert.True(_rig.Database.Write(page));
        _rig.Restart();
        Assert.Equal(2, _rig.Machine.Next[("in", 0)].Next);
    }

    [Fact]
    public void Accept_WhileACommitIsInFlight_GoesToTheNextPage()
    {
        _rig.Accept(0, "a");
        PageWrite first = _rig.Machine.TakePage();
        _rig.Accept(1, "b");
        _rig.Accept(2, "c");
        Assert.True(_rig.Machine.HasPage);
        Assert.Single(first.Events);

        Assert.True(_rig.Database.Write(first));
        _rig.Machine.Committed();
        PageWrite second = _rig.Machine.TakePage();
        Assert.Equal(MemoryStore.Origin + 1, second.Head);
        Assert.Equal([MemoryStore.Origin + 2, MemoryStore.Origin + 3], second.Events.Select(e => e.Position));
        Assert.True(_rig.Database.Write(second));
        _rig.Machine.Committed();
        Assert.Equal(["a", "b", "c"], _rig.Database.Bodies);
        Assert.Equal(["a", "b", "c"], _rig.Processor.Visible);
    }

    [Fact]
    public void Committed_BeforeIt_ReadersSeeNothing()
    {
        _rig.Accept(0, "a");
        Assert.Empty(_rig.Processor.Visible);
        PageWrite page = _rig.Machine.TakePage();
        Assert.Empty(_rig.Processor.Visible);
        Assert.True(_rig.Database.Write(page));
        _rig.Machine.Committed();
        Assert.Equal(["a"], _rig.Processor.Visible);
    }

    [Fact]
    public void Execute_NothingPending_AnswersAtOnce()
    {
        bool answered = false;
        _rig.Machine.Execute([], (_, _) => { }, _ => answered = true);
        Assert.True(answered);
    }

    [Fact]
    public void Execute_SomethingPending_AnswersAfterItsCommit()
    {
        List<string> answers = [];
        _rig.Accept(0, "a");
        _rig.Machine.Execute([], (_, _) => { }, _ => answers.Add("query of a"));
        PageWrite first = _rig.Machine.TakePage();
        _rig.Machine.Execute([], (p, to) => ((CountingProcessor)p).Count("b", to), _ => answers.Add("command b"));
        _rig.Machine.Execute([], (_, _) => { }, _ => answers.Add("query of b"));
        Assert.Empty(answers);

        Assert.True(_rig.Database.Write(first));
        _rig.Machine.Committed();
        Assert.Equal(["query of a"], answers);
        _rig.Commit();
        Assert.Equal(["query of a", "command b", "query of b"], answers);
        Assert.Equal(["a", "b"], _rig.Database.Bodies);
    }

    [Fact]
    public void Execute_CommandLostWithItsMachine_IsNeverAnswered()
    {
        bool answered = false;
        _rig.Machine.Execute([], (p, to) => ((CountingProcessor)p).Count("b", to), _ => answered = true);
        _rig.Machine.TakePage();
        _rig.Restart();
        Assert.False(answered);
        Assert.Empty(_rig.Processor.Counted);
    }

    [Fact]
    public void QuietProgress_OnlyOffsetsMoved_IsARowOnlyCommit()
    {
        Assert.False(_rig.Machine.HasQuietProgress);
        _rig.Accept(0, "-nothing");
        Assert.False(_rig.Machine.HasPage);
        Assert.True(_rig.Machine.HasQuietProgress);
        _rig.Commit();
        Assert.False(_rig.Machine.HasQuietProgress);
        _rig.Restart();
        Assert.Equal(1, _rig.Machine.Next[("in", 0)].Next);
    }

    [Fact]
    public void CanAccept_PageFull_WaitsForItsCommit()
    {
        for (int i = 0; i < Limits.PageEvents; i++)
        {
            Assert.True(_rig.Machine.CanAccept);
            _rig.Accept(i, "x");
        }

        Assert.False(_rig.Machine.CanAccept);
        _rig.Machine.TakePage();
        Assert.True(_rig.Machine.CanAccept);
    }

    [Fact]
    public void Append_BodyTooLarge_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => _rig.Machine.Execute(
            [], (_, to) => to.Append("s", "t", new byte[EventStore.Limits.BodyBytes + 1], default), _ => { }));
}
