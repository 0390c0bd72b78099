using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>Partitions are divided by what they have to do, with few moves, and alike by everyone.</summary>
public sealed class DivisionTests
{
    private static readonly Guid A = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000000");
    private static readonly Guid B = Guid.Parse("bbbbbbbb-0000-0000-0000-000000000000");
    private static readonly Guid C = Guid.Parse("cccccccc-0000-0000-0000-000000000000");

    [Fact]
    public void Divide_NobodyOwnsAnything_GivesEachTheSameNumber()
    {
        Guid[] desired = Division.Divide([C, A, B], new Guid?[12], new double[12]);
        Assert.All([A, B, C], id => Assert.Equal(4, desired.Count(owner => owner == id)));
        Assert.Equal(desired, Division.Divide([A, B, C], new Guid?[12], new double[12]));
    }

    [Fact]
    public void Divide_AnotherJoins_MovesOnlyWhatItGets()
    {
        Guid?[] owners = [.. Enumerable.Range(0, 12).Select(n => (Guid?)(n % 2 == 0 ? A : B))];
        Guid[] desired = Division.Divide([A, B, C], owners, new double[12]);
        Assert.Equal(4, desired.Count(owner => owner == C));
        Assert.Equal(4, Enumerable.Range(0, 12).Count(n => desired[n] != owners[n]));
    }

    [Fact]
    public void Divide_OneIsGone_LeavesTheOthersAlone()
    {
        Guid?[] owners = [.. Enumerable.Range(0, 12).Select(n => (Guid?)new[] { A, B, C }[n % 3])];
        Guid[] desired = Division.Divide([A, C], owners, new double[12]);
        Assert.All(Enumerable.Range(0, 12).Where(n => owners[n] != B), n => Assert.Equal(owners[n], desired[n]));
        Assert.Equal(6, desired.Count(owner => owner == A));
    }

    [Fact]
    public void Divide_OnePartitionIsBusy_GivesItsOwnerFewerOthers()
    {
        double[] rates = new double[12];
        rates[0] = 3_000;
        Guid?[] owners = [.. Enumerable.Range(0, 12).Select(n => (Guid?)(n < 6 ? A : B))];
        Guid[] desired = Division.Divide([A, B], owners, rates);
        Assert.Equal(A, desired[0]);
        Assert.InRange(desired.Count(owner => owner == A), 1, 3);
    }

    [Fact]
    public void Divide_ADifferenceThatIsNotWorthAMove_MovesNothing()
    {
        double[] rates = [.. Enumerable.Range(0, 12).Select(n => n % 2 == 0 ? 50.0 : 60.0)];
        Guid?[] owners = [.. Enumerable.Range(0, 12).Select(n => (Guid?)(n % 2 == 0 ? A : B))];
        Assert.Equal(owners, Division.Divide([A, B], owners, rates).Select(id => (Guid?)id));
    }

    [Fact]
    public void Divide_WhatItGave_StaysAsItIs()
    {
        double[] rates = [.. Enumerable.Range(0, 12).Select(n => n * 300.0)];
        Guid[] desired = Division.Divide([A, B, C], new Guid?[12], rates);
        Assert.Equal(desired, Division.Divide([A, B, C], [.. desired.Select(id => (Guid?)id)], rates));
    }
}
