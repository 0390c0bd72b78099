using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Tests.Catalog;

public sealed class DefinitionValidationTests
{
    private static readonly GameDefinition Good = Games.Hunt(1, "a", "b");

    [Fact]
    public void Problems_OfAGoodDefinition_AreNone()
    {
        Assert.Empty(DefinitionValidation.Problems(Good));
        Assert.Empty(DefinitionValidation.Problems(Games.Hunt(0)));
        Assert.Empty(DefinitionValidation.Problems(Games.Hunt(50)));
        Assert.Empty(DefinitionValidation.Problems(Games.Hunt(2, "a", "b")));
    }

    public static TheoryData<GameDefinition, string, string> Bad()
    {
        RewardRule rule = Good.Rules[0];
        QuestDefinition quest = Good.Quests[0];
        const string invalid = CatalogCodes.DefinitionInvalid;
        return new()
        {
            { Good with { Slug = "" }, CatalogCodes.IdEmpty, "slug" },
            { Good with { Slug = "a/b" }, CatalogCodes.IdMalformed, "slug" },
            { Good with { Slug = new string('a', 65) }, CatalogCodes.IdMalformed, "slug" },
            { Good with { Title = new string('a', 201) }, invalid, "title" },
            { Good with { ClockPolicy = (ClockPolicy)3 }, invalid, "clock_policy" },
            { Games.Of(quest, quest with { QuestId = "Ä" }), CatalogCodes.IdMalformed, "quests[1].quest_id" },
            { Games.Of(quest, quest), invalid, "quests[1].quest_id" },
            { Games.Of(quest with { Title = new string('a', 201) }), invalid, "quests[0].title" },
            { Games.Of(quest with { Type = null }), invalid, "quests[0].type" },
            { Games.Hunt(3, "a", "b"), invalid, "quests[0].scavenger_hunt.needed" },
            { Games.Hunt(1, "a", "a"), invalid, "quests[0].scavenger_hunt.venue_ids[1]" },
            { Games.Hunt(1, "a", ""), CatalogCodes.IdEmpty, "quests[0].scavenger_hunt.venue_ids[1]" },
            { Good with { Rules = [rule with { RuleId = "a b" }] }, CatalogCodes.IdMalformed, "rules[0].rule_id" },
            { Good with { Rules = [rule, rule] }, invalid, "rules[1].rule_id" },
            { Good with { Rules = [rule with { QuestId = "none" }] }, invalid, "rules[0].quest_id" },
            { Good with { Rules = [rule with { On = TransitionKind.Noted }] }, invalid, "rules[0].on" },
            { Good with { Rules = [rule with { On = TransitionKind.Unspecified }] }, invalid, "rules[0].on" },
            { Good with { Rules = [rule with { Currency = "" }] }, CatalogCodes.IdEmpty, "rules[0].currency" },
            { Good with { Rules = [rule with { Amount = 0 }] }, invalid, "rules[0].amount" },
            { Good with { Rules = [rule with { Amount = -1 }] }, invalid, "rules[0].amount" },
            { Good with { Rules = [rule with { Amount = 1_000_000_000_001 }] }, invalid, "rules[0].amount" },
            { Good with { Scales = Scale("", 0) }, CatalogCodes.IdEmpty, "scales[]" },
            { Good with { Scales = Scale("points", 19) }, invalid, "scales[points]" },
            { Good with { Rules = [.. Rules(1_001)] }, invalid, "rules" },
            { Games.Of([.. Quests(1_001)]) with { Rules = [] }, invalid, "quests" },
        };
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Problems_OfABadField_NameItAndNothingElse(GameDefinition bad, string code, string field)
    {
        DefinitionProblem problem = Assert.Single(DefinitionValidation.Problems(bad));

        Assert.Equal((code, field), (problem.Code, problem.Field));
        Assert.StartsWith(field, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_AtEveryLimit_AreNone()
    {
        GameDefinition full = Games.Of([.. Quests(1_000)]) with
        {
            Title = new string('a', 200),
            Rules = [.. Rules(1_000).Select(rule => rule with { QuestId = "q7", Amount = 1_000_000_000_000 })],
            Scales = Scale("points", 18),
        };

        Assert.Empty(DefinitionValidation.Problems(full));
    }

    [Fact]
    public void Problems_OfADefinitionThatIsAllWrong_AreBounded()
    {
        GameDefinition bad = Games.Of([.. Quests(1_000).Select(quest => quest with { QuestId = "/" })]);

        Assert.Equal(Limits.Problems, DefinitionValidation.Problems(bad).Count);
    }

    private static Dictionary<string, uint> Scale(string currency, uint decimals) => new() { [currency] = decimals };

    private static IEnumerable<RewardRule> Rules(int count) =>
        Enumerable.Range(0, count).Select(i => Good.Rules[0] with { RuleId = $"r{i}" });

    private static IEnumerable<QuestDefinition> Quests(int count) =>
        Enumerable.Range(0, count).Select(i => Good.Quests[0] with { QuestId = $"q{i}" });
}
