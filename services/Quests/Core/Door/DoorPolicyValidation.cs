using Mesh.Quests.Core.Catalog;

namespace Mesh.Quests.Core.Door;

/// <summary>Says what is wrong in a policy; problems come in the order of the fields.</summary>
public static class DoorPolicyValidation
{
    /// <summary>The problems of a policy; none: it may be published.</summary>
    public static IReadOnlyList<DefinitionProblem> Problems(DoorPolicy policy)
    {
        var problems = new ProblemList();
        if (policy.Lanes.Count > Limits.LaneRules)
        {
            problems.Add("lanes", $"are more than {Limits.LaneRules}");
        }
        else
        {
            for (int i = 0; i < policy.Lanes.Count; i++)
            {
                Rule(policy.Lanes[i], $"lanes[{i}]", problems);
            }
        }

        Limit(policy.Tenant, "tenant", problems);
        Limit(policy.Player, "player", problems);
        return problems.Items;
    }

    private static void Rule(LaneRule rule, string path, ProblemList problems)
    {
        if (rule.GameId.Length > 0)
        {
            problems.Id(path + ".game_id", rule.GameId);
        }

        for (int i = 0; i < rule.Kinds.Count; i++)
        {
            if (rule.Kinds[i] is < Limits.FirstKind or > Limits.LastKind)
            {
                problems.Add($"{path}.kinds[{i}]", $"must be from {Limits.FirstKind} to {Limits.LastKind}");
            }
            else if (rule.Kinds.Take(i).Contains(rule.Kinds[i]))
            {
                // A rule is no longer than there are kinds, whatever is sent.
                problems.Add($"{path}.kinds[{i}]", "is named before");
                return;
            }
        }

        if (rule.Lane > Limits.LastLane)
        {
            problems.Add(path + ".lane", $"must be from 0 to {Limits.LastLane}");
        }
    }

    // Written so that a number that is none fails.
    private static void Limit(RateLimit limit, string path, ProblemList problems)
    {
        if (!(limit.PerSecond is 0 or (>= Limits.LeastPerSecond and <= Limits.MostPerSecond)))
        {
            problems.Add(path + ".per_second", "must be 0, for no limit, or from 0.001 to 1,000,000");
        }

        if (limit.PerSecond == 0 ? limit.Burst != 0 : limit.Burst is < 1 or > Limits.Burst)
        {
            problems.Add(path + ".burst", "must be from 1 to 1,000,000 with a rate, and 0 without");
        }
    }
}
