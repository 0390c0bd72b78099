using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>Another instance comes while events of this one's partitions wait for the broker.</summary>
public sealed class KeepsUnrelayedTests
{
    private const int Partitions = TwoInstances.Partitions;
    private readonly TwoInstances _world = new();

    [Theory]
    [InlineData(true, Partitions)]
    [InlineData(false, Partitions / 2)]
    public void Balance_EventsAreNotRelayed_KeepsThemIfToldTo(bool keeps, int kept)
    {
        InstanceMachine machine = _world.Begin(keeps);
        AppendEverywhere(machine);
        _world.OtherComes();
        _world.Run(machine, 5_000);
        Assert.Equal(kept, machine.Owned.Count(tenure => tenure is not null));
    }

    [Fact]
    public void Balance_EventsAreRelayedAtLast_GivesUpHalf()
    {
        InstanceMachine machine = _world.Begin(keepsUnrelayed: true);
        AppendEverywhere(machine);
        _world.OtherComes();
        _world.Run(machine, 5_000);
        _world.AcknowledgeAll();
        _world.Run(machine, 5_000);
        Assert.Equal(Partitions / 2, machine.Owned.Count(tenure => tenure is not null));
    }

    private void AppendEverywhere(InstanceMachine machine)
    {
        for (int n = 0; n < Partitions; n++)
        {
            TwoInstances.Append(machine, n);
        }

        _world.Run(machine, 500);
        Assert.Equal(Partitions, _world.Sent);
    }
}
