using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>When progress without events, here of what was acknowledged, has a commit of its own.</summary>
public sealed class QuietCommitTests
{
    private readonly TwoInstances _world = new();

    [Fact]
    public void Progress_PagesFollowOneAnother_TravelsWithThem()
    {
        InstanceMachine machine = _world.Begin();
        Busy(machine);
        Assert.All(_world.Committed, page => Assert.NotEmpty(page.Events));
        Assert.Equal(machine.Owned[0]!.Machine.CommittedHead - 1, _world.Committed[^1].Relayed);
    }

    [Fact]
    public void Progress_NoPageFollows_HasACommitOfItsOwn()
    {
        InstanceMachine machine = _world.Begin();
        Busy(machine);
        _world.Run(machine, 2 * (long)Limits.QuietCommit.TotalMilliseconds + 20);
        PageWrite alone = Assert.Single(_world.Committed, page => page.Events.Count == 0);
        Assert.Equal((0, machine.Owned[0]!.Machine.CommittedHead), (alone.Partition, alone.Relayed));
    }

    [Fact]
    public void Progress_OnlyOthersHavePages_HasACommitOfItsOwn()
    {
        InstanceMachine machine = _world.Begin();
        TwoInstances.Append(machine, 1);
        _world.Run(machine, 50);
        Busy(machine);
        Assert.Equal(machine.Owned[1]!.Machine.CommittedHead, _world.Committed.Last(p => p.Partition == 1).Relayed);
    }

    // An event each tenth of a second, acknowledged at once.
    private void Busy(InstanceMachine machine)
    {
        for (int i = 0; i < 30; i++)
        {
            TwoInstances.Append(machine, 0);
            _world.Run(machine, 50);
            _world.AcknowledgeAll();
            _world.Run(machine, 50);
        }
    }
}
