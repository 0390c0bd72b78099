using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>Whatever happens in whatever order, every input has its effect once, in the order of its origin.</summary>
public sealed class ExactlyOnceProperty
{
    private const int InputsEach = 40;
    private const int Sequences = 400;
    private const int LongestSequence = 800;
    private int _withEffects;

    [Fact]
    public void Effects_AfterAnyFaults_AreTheInputsOnceEachInOrder()
    {
        Arbitrary<int[]> steps = Arb.From(
            Gen.Choose(0, RelayWorld.Steps - 1).ArrayOf(), ArbMap.Default.ArbFor<int[]>().Shrinker);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(LongestSequence);
        Prop.ForAll(steps, Holds).Check(config);
        Assert.True(
            _withEffects > Sequences / 4,
            $"Only {_withEffects} sequences came to an effect while faults happened.");
    }

    private bool Holds(int[] steps)
    {
        RelayWorld world = new(InputsEach);
        foreach (int step in steps)
        {
            world.Step(Math.Abs(step));
        }

        _withEffects += world.Effects.Count > 0 ? 1 : 0;
        world.Settle();
        Assert.Equal(world.Inputs.Order(), world.Effects.Order());
        Assert.Equal(world.UpstreamHead, world.UpstreamRelayed);
        foreach (IGrouping<string, string> chain in world.Effects.GroupBy(ChainOf))
        {
            int[] order = [.. chain.Select(e => int.Parse(e.Split('/')[1], CultureInfo.InvariantCulture))];
            Assert.Equal(order.Order(), order);
        }

        return true;
    }

    // One origin's inputs keep their order on their way through one target.
    private static string ChainOf(string effect) =>
        $"{effect.Split('/')[0]} through {effect[^1] % RelayWorld.Targets}";
}
