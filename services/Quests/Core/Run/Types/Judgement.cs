namespace Mesh.Quests.Core.Run.Types;

/// <summary>What one quest says of an action.</summary>
/// <param name="Earned">It reaches a step.</param>
/// <param name="StepKey">The step; empty: none.</param>
/// <param name="Completes">The step completes the quest.</param>
/// <param name="Reason">Why it earns nothing; empty: it does.</param>
/// <param name="Closeness">How close it came: of several quests' reasons, the highest is told.</param>
internal readonly record struct Judgement(bool Earned, string StepKey, bool Completes, string Reason, int Closeness)
{
    public static readonly Judgement NotApplicable = Refused(NoteReasons.NotApplicable, 0);

    public static readonly Judgement NotInHunt = Refused(NoteReasons.NotInHunt, 1);

    public static readonly Judgement QuestCompleted = Refused(NoteReasons.QuestCompleted, 2);

    public static readonly Judgement AlreadyCollected = Refused(NoteReasons.AlreadyCollected, 3);

    public static Judgement Step(string stepKey, bool completes) => new(true, stepKey, completes, string.Empty, 0);

    private static Judgement Refused(string reason, int closeness) =>
        new(false, string.Empty, false, reason, closeness);
}
