using Mesh.Quests.Core.Catalog;

namespace Mesh.Quests.Core.Run.Types.ScavengerHunt;

/// <summary>
/// Each distinct venue is a step; so many as are needed complete the hunt, and after that nothing is earned.
/// </summary>
internal static class ScavengerHuntDecider
{
    public const string StepPrefix = "venue/";

    public static Judgement Decide(ActionDetail detail, QuestType.ScavengerHunt hunt, ScavengerHuntState? state)
    {
        if (detail is not ActionDetail.CheckIn { VenueId: string venueId })
        {
            return Judgement.NotApplicable;
        }

        if (!hunt.Includes(venueId))
        {
            return Judgement.NotInHunt;
        }

        // A repeat is found without making its step key: repeats are the most frequent actions of a long hunt.
        Span<char> key = venueId.Length <= Limits.IdChars
            ? stackalloc char[StepPrefix.Length + venueId.Length]
            : new char[StepPrefix.Length + venueId.Length];
        StepPrefix.CopyTo(key);
        venueId.CopyTo(key[StepPrefix.Length..]);
        if (state is not null && state.Has(key))
        {
            return Judgement.AlreadyCollected;
        }

        if (state is { Completed: true })
        {
            return Judgement.QuestCompleted;
        }

        int reached = (state?.Steps ?? 0) + 1;
        return Judgement.Step(key.ToString(), completes: hunt.Needed > 0 && reached >= hunt.Needed);
    }
}
