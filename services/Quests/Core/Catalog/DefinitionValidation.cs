using System.Buffers;
using Mesh.Quests.Core.Run;
using Mesh.Quests.Core.Run.Types;

namespace Mesh.Quests.Core.Catalog;

/// <summary>
/// Says what is wrong in a definition; problems come in the order of the fields, at most <see cref="Limits.Problems"/>.
/// </summary>
public static class DefinitionValidation
{
    private static readonly SearchValues<char> IdAlphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    /// <summary>The problems of a definition; none: it may be published.</summary>
    public static IReadOnlyList<DefinitionProblem> Problems(GameDefinition definition)
    {
        var problems = new ProblemList();
        problems.Id("slug", definition.Slug);
        problems.Title("title", definition.Title);
        if (!Enum.IsDefined(definition.ClockPolicy))
        {
            problems.Add("clock_policy", "is not a clock policy");
        }

        HashSet<string> quests = Quests(definition.Quests, problems);
        Rules(definition.Rules, quests, problems);
        Scales(definition.Scales, problems);
        return problems.Items;
    }

    /// <summary>Whether a text is an id: <c>[A-Za-z0-9._~-]{1,64}</c>.</summary>
    public static bool IsId(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= Limits.IdChars && !text.ContainsAnyExcept(IdAlphabet);

    private static HashSet<string> Quests(IReadOnlyList<QuestDefinition> quests, ProblemList problems)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (quests.Count > Limits.Quests)
        {
            problems.Add("quests", "are more than 1,000");
            return ids;
        }

        for (int i = 0; i < quests.Count; i++)
        {
            QuestDefinition quest = quests[i];
            string path = $"quests[{i}]";
            problems.Id(path + ".quest_id", quest.QuestId);
            if (!ids.Add(quest.QuestId))
            {
                problems.Add(path + ".quest_id", "is the id of another quest, too");
            }

            problems.Title(path + ".title", quest.Title);
            if (quest.Type is null)
            {
                problems.Add(path + ".type", "is missing");
            }
            else
            {
                GameTypes.Validate(quest.Type, path, problems);
            }
        }

        return ids;
    }

    private static void Rules(IReadOnlyList<RewardRule> rules, HashSet<string> quests, ProblemList problems)
    {
        if (rules.Count > Limits.Rules)
        {
            problems.Add("rules", "are more than 1,000");
            return;
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < rules.Count; i++)
        {
            RewardRule rule = rules[i];
            string path = $"rules[{i}]";
            problems.Id(path + ".rule_id", rule.RuleId);
            if (!ids.Add(rule.RuleId))
            {
                problems.Add(path + ".rule_id", "is the id of another rule, too");
            }

            if (!quests.Contains(rule.QuestId))
            {
                problems.Add(path + ".quest_id", "names no quest of the game");
            }

            if (rule.On is not (TransitionKind.Step or TransitionKind.Completed))
            {
                problems.Add(path + ".on", "must be STEP or COMPLETED");
            }

            problems.Id(path + ".currency", rule.Currency);
            if (rule.Amount is < 1 or > Limits.Amount)
            {
                problems.Add(path + ".amount", "must be from 1 to 1,000,000,000,000");
            }
        }
    }

    private static void Scales(IReadOnlyDictionary<string, uint> scales, ProblemList problems)
    {
        if (scales.Count > Limits.Scales)
        {
            problems.Add("scales", "are more than 100");
            return;
        }

        // A map has no order of its own; problems must come out the same every time.
        foreach ((string currency, uint decimals) in scales.OrderBy(scale => scale.Key, StringComparer.Ordinal))
        {
            string path = $"scales[{currency}]";
            problems.Id(path, currency);
            if (decimals > Limits.ScaleDecimals)
            {
                problems.Add(path, "has more than 18 decimal places");
            }
        }
    }
}

/// <summary>Collects problems up to the limit.</summary>
internal sealed class ProblemList
{
    private readonly List<DefinitionProblem> items = [];

    public IReadOnlyList<DefinitionProblem> Items => items;

    public void Id(string field, string id)
    {
        if (id.Length == 0)
        {
            Add(CatalogCodes.IdEmpty, field, "is missing");
        }
        else if (!DefinitionValidation.IsId(id))
        {
            Add(CatalogCodes.IdMalformed, field, "must be 1 to 64 of A-Z a-z 0-9 . _ ~ -");
        }
    }

    public void Title(string field, string title)
    {
        if (title.Length > Limits.TitleChars)
        {
            Add(field, "is longer than 200 characters");
        }
    }

    public void Add(string field, string message) => Add(CatalogCodes.DefinitionInvalid, field, message);

    private void Add(string code, string field, string message)
    {
        if (items.Count < Limits.Problems)
        {
            items.Add(new DefinitionProblem(code, field, field + " " + message + "."));
        }
    }
}
