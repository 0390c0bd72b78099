namespace Mesh.Quests.Core.Run.Types;

/// <summary>
/// A player's run of one quest, folded. Each game type has its own; <see cref="GameTypes"/> lists them.
/// </summary>
internal abstract class QuestState
{
    /// <summary>How many steps were reached.</summary>
    public abstract int Steps { get; }

    /// <summary>The quest is completed.</summary>
    public bool Completed { get; private set; }

    /// <summary>The steps, in an order in which they may be folded again: all that the state is made of.</summary>
    public abstract IReadOnlyCollection<string> StepKeys { get; }

    /// <summary>Folds a step.</summary>
    public abstract void Apply(string stepKey);

    /// <summary>Folds the completion.</summary>
    public void Complete() => Completed = true;
}
