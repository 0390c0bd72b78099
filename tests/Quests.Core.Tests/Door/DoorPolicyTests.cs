using Mesh.Quests.Core.Door;
using Kind = Mesh.Contracts.Ingestion.V1.Action.KindOneofCase;

namespace Mesh.Quests.Core.Tests.Door;

public sealed class DoorPolicyTests
{
    private static readonly DoorPolicy Slow = Policy(new LaneRule("city", [16, 20], 2));
    private static readonly DoorPolicy Fast = Policy(new LaneRule("", [], 0));

    public static TheoryData<string, DoorPolicy> Wrong() => new()
    {
        { "lanes[1].lane", Policy(new LaneRule("", [], 2), new LaneRule("", [], 3)) },
        { "lanes[0].game_id", Policy(new LaneRule("a/b", [], 0)) },
        { "lanes[0].kinds[1]", Policy(new LaneRule("", [23, 24], 0)) },
        { "lanes[0].kinds[0]", Policy(new LaneRule("", [15], 0)) },
        { "lanes[0].kinds[2]", Policy(new LaneRule("", [16, 17, 16], 0)) },
        { "lanes", Policy([.. Enumerable.Repeat(new LaneRule("", [], 0), Limits.LaneRules + 1)]) },
        { "tenant.per_second", DoorPolicy.BuiltIn with { Tenant = new RateLimit(-1, 1) } },
        { "tenant.per_second", DoorPolicy.BuiltIn with { Tenant = new RateLimit(double.NaN, 1) } },
        { "tenant.per_second", DoorPolicy.BuiltIn with { Tenant = new RateLimit(double.PositiveInfinity, 1) } },
        { "player.per_second", DoorPolicy.BuiltIn with { Player = new RateLimit(1e-9, 1) } },
        { "player.burst", DoorPolicy.BuiltIn with { Player = new RateLimit(1, 0) } },
        { "player.burst", DoorPolicy.BuiltIn with { Player = new RateLimit(0, 1) } },
        { "tenant.burst", DoorPolicy.BuiltIn with { Tenant = new RateLimit(1, Limits.Burst + 1) } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Put_APolicyThatIsWrong_NamesTheField(string field, DoorPolicy policy) =>
        AssertRefused(
            field == "lanes[0].game_id" ? "ID_MALFORMED" : "DEFINITION_INVALID",
            field,
            DoorPolicyDecider.Decide(new(policy, 1), new()));

    [Fact]
    public void Put_TheFirst_IsVersionTwo()
    {
        var published = Assert.IsType<DoorPolicyDecision.Published>(
            DoorPolicyDecider.Decide(new(Slow, 1), new DoorPolicyState()));
        Assert.Equal(new DoorPolicyPublished(2, Slow), published.Event);
    }

    [Fact]
    public void Put_WhatEveryTenantBeginsWith_IsAlreadyDone() => Assert.Equal(
        new DoorPolicyDecision.AlreadyDone(1, DoorPolicy.BuiltIn),
        DoorPolicyDecider.Decide(new(Policy(), 1), new DoorPolicyState()));

    [Fact]
    public void Put_Again_IsAlreadyDoneEvenWhenAnotherFollowed()
    {
        DoorPolicy same = Policy(new LaneRule("city", [16, 20], 2));
        Assert.Equal(
            new DoorPolicyDecision.AlreadyDone(2, Slow), DoorPolicyDecider.Decide(new(same, 1), Given(Slow)));
        Assert.Equal(
            new DoorPolicyDecision.AlreadyDone(3, Fast), DoorPolicyDecider.Decide(new(same, 1), Given(Slow, Fast)));
    }

    [Theory]
    [InlineData(0U)]
    [InlineData(1U)]
    [InlineData(3U)]
    [InlineData(uint.MaxValue)]
    public void Put_ExpectingAnotherVersion_IsRefused(uint expected) => AssertRefused(
        "VERSION_CONFLICT", "expected_version", DoorPolicyDecider.Decide(new(Fast, expected), Given(Slow)));

    [Fact]
    public void Put_WhatEveryTenantBeginsWithExpectingNothing_IsRefused() => AssertRefused(
        "VERSION_CONFLICT", "expected_version", DoorPolicyDecider.Decide(new(DoorPolicy.BuiltIn, 0), Given(Slow)));

    [Fact]
    public void State_FoldingAVersionAgainOrLate_EndsTheSame()
    {
        var state = new DoorPolicyState();
        state.Evolve(new DoorPolicyPublished(3, Fast));
        Assert.Null(state.At(2));
        state.Evolve(new DoorPolicyPublished(2, Slow));
        state.Evolve(new DoorPolicyPublished(3, Fast));

        Assert.Equal(3U, state.Version);
        Assert.Equal([null, DoorPolicy.BuiltIn, Slow, Fast, null], new uint[] { 0, 1, 2, 3, 4 }.Select(state.At));
    }

    [Fact]
    public void Kinds_ThatRulesMayName_AreThoseOfTheContract() => Assert.Equal(
        Enum.GetValues<Kind>().Where(kind => kind != Kind.None).Select(kind => (uint)kind),
        Enumerable.Range((int)Limits.FirstKind, (int)(Limits.LastKind - Limits.FirstKind + 1)).Select(n => (uint)n));

    private static DoorPolicy Policy(params LaneRule[] lanes) => DoorPolicy.BuiltIn with { Lanes = lanes };

    private static DoorPolicyState Given(params DoorPolicy[] policies)
    {
        var state = new DoorPolicyState();
        for (int i = 0; i < policies.Length; i++)
        {
            state.Evolve(new DoorPolicyPublished((uint)i + 2, policies[i]));
        }

        return state;
    }

    private static void AssertRefused(string code, string field, DoorPolicyDecision decision)
    {
        var refused = Assert.IsType<DoorPolicyDecision.Refused>(decision);
        Assert.Equal((code, field), (refused.Code, refused.Field));
    }
}
