using System.Text;
using Mesh.EventStore;

namespace Mesh.Partitions.Tests.Machine;

public sealed class RelayTests
{
    private readonly MachineRig _rig = new(MachineRig.Named);

    [Fact]
    public void Outbox_BeforeTheCommit_IsEmpty()
    {
        _rig.Accept(0, "a:1");
        Assert.Empty(_rig.Drain());
        PageWrite page = _rig.Machine.TakePage();
        Assert.Empty(_rig.Drain());
        Assert.True(_rig.Database.Write(page));
        _rig.Machine.Committed();
        Assert.Equal(["a:1"], Bodies(_rig.Drain()));
    }

    [Fact]
    public void Outbox_BrokerAcknowledgesNothing_HandsOverSoManyAndGoesOnWithEach()
    {
        AcceptAll([.. Enumerable.Repeat("a:1", Limits.UnacknowledgedEvents + 10)]);
        while (_rig.Machine.HasPage)
        {
            _rig.Commit();
            _rig.Machine.Retry();
        }

        Assert.Equal(Limits.UnacknowledgedEvents, _rig.Drain().Count);
        _rig.Machine.Acknowledge("a", 0, 3, 3);
        Assert.Equal(3, _rig.Drain().Count);
        _rig.Machine.Rewind(_ => true);
        Assert.Equal(Limits.UnacknowledgedEvents, _rig.Drain().Count);
    }

    [Fact]
    public void Previous_ByTarget_NamesWhatWasSentThereBefore()
    {
        AcceptAll("a:1", "b:1", "a:2", "a2:1", "nowhere", "b:2", "a:3");
        _rig.Commit();
        List<StoredEvent> sent = _rig.Drain();
        long[] previous = [0, 0, At(1), 0, At(2), At(3)];
        Assert.Equal(["a:1", "b:1", "a:2", "a2:1", "b:2", "a:3"], Bodies(sent));
        Assert.Equal(previous, sent.Select(e => e.Previous));
    }

    [Fact]
    public void Previous_AfterARestart_GoesOn()
    {
        AcceptAll("a:1", "b:1");
        _rig.Commit();
        _rig.Restart();
        _rig.Accept(2, "a:2");
        _rig.Commit();
        Assert.Equal(At(1), _rig.Database.Log[2].Previous);
    }

    [Fact]
    public void Relayed_SeveralTargets_IsTheLowWaterMark()
    {
        AcceptAll("a:1", "b:1", "a:2", "b:2", "nowhere");
        _rig.Commit();
        Assert.Equal(At(0), _rig.Machine.Relayed);

        _rig.Machine.Acknowledge("b", 0, 2, 2);
        Assert.Equal(At(0), _rig.Machine.Relayed);
        _rig.Machine.Acknowledge("a", 0, 1, 1);
        Assert.Equal(At(2), _rig.Machine.Relayed);
        _rig.Machine.Acknowledge("a", 0, 1, 2);
        Assert.Equal(At(5), _rig.Machine.Relayed);
        Assert.False(_rig.Machine.HasUnacknowledged);
    }

    [Fact]
    public void Relayed_EventsWithoutTarget_NeedNoAcknowledgement()
    {
        AcceptAll("nowhere", "nowhere");
        _rig.Commit();
        Assert.Equal(At(2), _rig.Machine.Relayed);
        Assert.True(_rig.Machine.HasQuietProgress);
        _rig.Commit();
        Assert.False(_rig.Machine.HasQuietProgress);
        Assert.Equal(At(2), _rig.Database.Row.Relayed);
    }

    [Fact]
    public void Relayed_Uncommitted_IsNotCounted()
    {
        AcceptAll("a:1", "nowhere");
        Assert.Equal(At(0), _rig.Machine.Relayed);
    }

    [Fact]
    public void Restart_NotRelayed_IsSentAgainAsItWas()
    {
        AcceptAll("a:1", "b:1", "a:2", "b:2");
        _rig.Commit();
        List<StoredEvent> first = _rig.Drain();
        _rig.Machine.Acknowledge("a", 0, 1, 1);
        _rig.Machine.Acknowledge("b", 0, 1, 1);
        _rig.Machine.Acknowledge("b", 0, 1, 2);
        _rig.Commit();
        Assert.Equal(At(2), _rig.Database.Row.Relayed);

        _rig.Restart();
        List<StoredEvent> again = _rig.Drain();
        Assert.Equal(["a:2", "b:2"], Bodies(again));
        Assert.Equal(first.Skip(2).Select(e => (e.Position, e.Previous, e.Target)),
            again.Select(e => (e.Position, e.Previous, e.Target)));
        Assert.Equal(["a:1", "b:1", "a:2", "b:2"], _rig.Processor.Counted);
        Assert.Equal(["a:1", "b:1", "a:2", "b:2"], _rig.Processor.Visible);

        _rig.Machine.Acknowledge("a", 0, 1, 3);
        _rig.Machine.Acknowledge("b", 0, 1, 3);
        Assert.Equal(At(4), _rig.Machine.Relayed);
    }

    [Fact]
    public void Restart_NothingCommitted_SendsNothing()
    {
        AcceptAll("a:1");
        _rig.Restart();
        Assert.Empty(_rig.Drain());
        Assert.Empty(_rig.Machine.Next);
    }

    [Fact]
    public void Sent_ByTarget_TellsWhatWasAcknowledged()
    {
        AcceptAll("a:1", "a:2");
        _rig.Commit();
        _rig.Machine.Acknowledge("a", 0, 1, 42);
        var mark = Assert.Single(_rig.Machine.Sent);
        Assert.Equal(("a", 0, At(2), At(1), 42L),
            (mark.Topic, mark.Partition, mark.Sent, mark.Acknowledged, mark.NextOffset));
        _rig.Commit();
        _rig.Restart();
        Assert.Equal(mark, Assert.Single(_rig.Machine.Sent));
    }

    [Fact]
    public void CanAccept_TooManyUnacknowledged_Waits()
    {
        for (int i = 0; i < Limits.UnacknowledgedEvents; i++)
        {
            _rig.Accept(i, "a:1");
            if (!_rig.Machine.CanAccept)
            {
                _rig.Commit();
            }
        }

        _rig.Commit();
        Assert.False(_rig.Machine.CanAccept);
        _rig.Machine.Acknowledge("a", 0, 1, 1);
        Assert.True(_rig.Machine.CanAccept);
    }

    private void AcceptAll(params string[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _rig.Accept(i, values[i]);
        }
    }

    private static long At(int n) => MemoryStore.Origin + n;

    private static IEnumerable<string> Bodies(IEnumerable<StoredEvent> events) =>
        events.Select(e => Encoding.UTF8.GetString(e.Body));
}
