using Mesh.Partitions.Simulation.Mutants;

namespace Mesh.Partitions.Tests.Simulation;

/// <summary>Rules left out: the worlds notice. All of them run by the simulation's own <c>mutants</c>.</summary>
public sealed class MutantTests
{
    private const int Seeds = 10_000;

    [Fact]
    public void Mutants_All_ChangeWhatTheSourcesHold()
    {
        MutantSources sources = MutantSources.Find();
        Assert.Equal(MutantTable.All.Count, MutantTable.All.Select(mutant => mutant.Name).Distinct().Count());
        Assert.Empty(
            from mutant in MutantTable.All
            from edit in mutant.Edits
            where sources.Occurrences(edit) != 1
            select $"{mutant.Name} in {edit.File}");
    }

    [Fact]
    public void Mutants_OfTheMostImportantRules_AreNoticed()
    {
        string[] chosen =
        [
            "no-epoch-fence", "inputs-after-page", "fenced-is-written", "gaps-applied", "rewind-forgets",
            "checkpoint-before-rows", "changed-evicted", "answered-before-commit",
        ];
        Mutant[] mutants = [.. MutantTable.All.Where(mutant => chosen.Contains(mutant.Name))];
        Assert.Equal(chosen.Length, mutants.Length);
        using MutantRunner runner = new();
        IReadOnlyList<Verdicted> results = runner.RunAll(mutants, Seeds, _ => { });
        Assert.Empty(results.Where(result => result.Seed is null).Select(r => $"{r.Mutant.Name}: {r.Detail}"));
    }
}
