using Mesh.Quests.Core.Catalog;

namespace Mesh.Quests.Core.Run.Types.ScavengerHunt;

/// <summary>What may be wrong in a scavenger hunt.</summary>
internal static class ScavengerHuntValidation
{
    public static void Validate(QuestType.ScavengerHunt hunt, string path, ProblemList problems)
    {
        if (hunt.VenueIds.Count > Limits.Venues)
        {
            problems.Add(path + ".venue_ids", "are more than 10,000");
            return;
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < hunt.VenueIds.Count; i++)
        {
            string field = $"{path}.venue_ids[{i}]";
            problems.Id(field, hunt.VenueIds[i]);
            if (!ids.Add(hunt.VenueIds[i]))
            {
                problems.Add(field, "is named before");
            }
        }

        if (hunt.VenueIds.Count > 0 && hunt.Needed > hunt.VenueIds.Count)
        {
            problems.Add(path + ".needed", "is more than the venues named");
        }
    }
}
