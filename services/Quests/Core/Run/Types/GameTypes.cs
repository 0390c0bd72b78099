using System.Diagnostics;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run.Types.ScavengerHunt;

namespace Mesh.Quests.Core.Run.Types;

/// <summary>
/// The one list of the game types. A type is a folder: its case of <see cref="QuestType"/>, its state, its decider, and
/// a prefix of step keys that is its own, by which a stored step is folded without its definition.
/// </summary>
internal static class GameTypes
{
    /// <summary>Adds what is wrong in a quest's type; <paramref name="path"/> is the quest's.</summary>
    public static void Validate(QuestType type, string path, ProblemList problems)
    {
        switch (type)
        {
            case QuestType.ScavengerHunt hunt:
                ScavengerHuntValidation.Validate(hunt, path + ".scavenger_hunt", problems);
                break;
            default:
                throw new UnreachableException(type.GetType().Name);
        }
    }

    /// <summary>What a quest says of an action; <paramref name="state"/> is null before the first step.</summary>
    public static Judgement Judge(QuestType type, QuestState? state, ActionDetail detail) => type switch
    {
        QuestType.ScavengerHunt hunt => ScavengerHuntDecider.Decide(detail, hunt, (ScavengerHuntState?)state),
        _ => throw new UnreachableException(type.GetType().Name),
    };

    /// <summary>The empty state of the type whose step this is.</summary>
    public static QuestState Begin(string stepKey) =>
        stepKey.StartsWith(ScavengerHuntDecider.StepPrefix, StringComparison.Ordinal) ? new ScavengerHuntState()
        : throw new UnreachableException($"No game type has steps like {stepKey}.");
}
