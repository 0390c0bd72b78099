using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>Whatever happens in whatever order, every input has its effect once, in the order of its origin.</summary>
public sealed class ExactlyOnceProperty
{
    private const int InputsEach = 12;

    [Fact]
    public void Effects_AfterAnyFaults_AreTheInputsOnceEachInOrder()
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(600).WithEndSize(1_500);
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), Holds).Check(config);
    }

    private static bool Holds(int[] steps)
    {
        RelayWorld world = new(InputsEach);
        foreach (int step in steps)
        {
            world.Step(Math.Abs(step));
        }

        world.Settle();
        Assert.Equal(world.Inputs.Order(), world.Effects.Order());
        Assert.Equal(world.UpstreamHead, world.UpstreamRelayed);
        foreach (IGrouping<string, string> chain in world.Effects.GroupBy(e => $"{e.Split('/')[0]} to {e[^1] % RelayWorld.Targets}"))
        {
            int[] order = [.. chain.Select(e => int.Parse(e.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(order.Order(), order);
        }

        return true;
    }
}
