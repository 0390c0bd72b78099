namespace Mesh.Quests.Core.Run.Types.ScavengerHunt;

/// <summary>The venues that a player has collected in one hunt; their order does not matter.</summary>
internal sealed class ScavengerHuntState : QuestState
{
    // Whole step keys: they are the events' own strings, so nothing is copied.
    private readonly HashSet<string> steps = new(StringComparer.Ordinal);

    public override int Steps => steps.Count;

    public override IReadOnlyCollection<string> StepKeys => steps;

    public bool Has(ReadOnlySpan<char> stepKey) =>
        steps.GetAlternateLookup<ReadOnlySpan<char>>().Contains(stepKey);

    public override void Apply(string stepKey) => steps.Add(stepKey);
}
