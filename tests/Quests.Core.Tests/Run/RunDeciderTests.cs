using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Tests.Run;

public sealed class RunDeciderTests
{
    [Fact]
    public void CheckIn_AtANewVenue_IsAStep()
    {
        var stream = new Stream(Games.Hunt(0));
        PlayerAction action = Games.CheckIn(1, "11711");

        RunEvent happened = Assert.Single(stream.When(action));

        Assert.Equal(
            new RunEvent(
                "city", "hunt", 1, 1, TransitionKind.Step, "venue/11711", "", 1_000_000, Games.Id(1), true,
                action.Content),
            happened);
        Assert.Equal(1, stream.State.Find("city")!.Steps("hunt"));
    }

    [Fact]
    public void CheckIn_AtACollectedVenue_IsNoted()
    {
        Stream stream = new Stream(Games.Hunt(0)).Given(Games.CheckIn(1, "a"));

        AssertNoted("hunt", NoteReasons.AlreadyCollected, stream.When(Games.CheckIn(2, "a")));
    }

    [Fact]
    public void CheckIn_AtAVenueThatIsNotInTheHunt_IsNoted()
    {
        var stream = new Stream(Games.Hunt(1, "a"));

        AssertNoted("hunt", NoteReasons.NotInHunt, stream.When(Games.CheckIn(1, "b")));
        AssertNoted("hunt", NoteReasons.NotInHunt, stream.When(Games.CheckIn(2, new string('b', 500))));
    }

    [Fact]
    public void CheckIn_AtTheLastVenueNeeded_CompletesTheQuestToo()
    {
        Stream stream = new Stream(Games.Hunt(2, "a", "b", "c")).Given(Games.CheckIn(1, "c"));

        RunEvent[] events = stream.When(Games.CheckIn(2, "a"));

        Assert.Equal(
            [
                (TransitionKind.Step, "venue/a", true, 2UL),
                (TransitionKind.Completed, "completed", false, 3UL),
            ],
            events.Select(happened => (happened.Kind, happened.StepKey, happened.Outcome, happened.RunVersion)));
        Assert.True(stream.State.Find("city")!.Completed("hunt"));
    }

    [Fact]
    public void CheckIn_AfterCompletion_IsNotedWithWhatIsMostTelling()
    {
        Stream stream = new Stream(Games.Hunt(1, "a", "b")).Given(Games.CheckIn(1, "a"));

        AssertNoted("hunt", NoteReasons.QuestCompleted, stream.When(Games.CheckIn(2, "b")));
        AssertNoted("hunt", NoteReasons.AlreadyCollected, stream.When(Games.CheckIn(3, "a")));
        AssertNoted("hunt", NoteReasons.NotInHunt, stream.When(Games.CheckIn(4, "z")));
    }

    public static TheoryData<ActionDetail> OtherKinds() =>
    [
        new ActionDetail.QrScan("a"),
        new ActionDetail.PowerUp("a"),
        new ActionDetail.TaskDone("a"),
        new ActionDetail.Answer("a", "a"),
        ActionDetail.LocationPing.Instance,
        ActionDetail.DailyBonus.Instance,
        ActionDetail.Login.Instance,
    ];

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public void OtherKinds_InAScavengerHunt_AreNoted(ActionDetail detail) =>
        AssertNoted("", NoteReasons.NotApplicable, new Stream(Games.Hunt(0)).When(Games.Action(1, detail)));

    [Fact]
    public void Action_Repeated_DecidesNothing()
    {
        Stream stream = new Stream(Games.Hunt(1, "a"))
            .Given(Games.CheckIn(1, "a"), Games.CheckIn(2, "b"));

        Assert.Empty(stream.When(Games.CheckIn(1, "a")));
        Assert.Empty(stream.When(Games.CheckIn(2, "b")));
        Assert.Empty(stream.When(Games.CheckIn(2, "b", version: 9) with { EffectiveUs = 5 }));
    }

    [Fact]
    public void ActionId_UsedForOtherContents_IsNotedOnceForEachContents()
    {
        Stream stream = new Stream(Games.Hunt(0)).Given(Games.CheckIn(1, "a"));

        RunEvent reuse = Assert.Single(stream.When(Games.CheckIn(1, "b")));

        Assert.Equal((TransitionKind.Noted, NoteReasons.IdReused, false), (reuse.Kind, reuse.Reason, reuse.Outcome));
        Assert.Empty(stream.When(Games.CheckIn(1, "b")));
        Assert.Single(stream.When(Games.CheckIn(1, "c")));
        Assert.Empty(stream.Refolded().When(Games.CheckIn(1, "b")));
        Assert.Equal(1, stream.State.Find("city")!.Steps("hunt"));
    }

    [Fact]
    public void ActionId_UsedInAnotherGame_IsAnotherAction()
    {
        Stream stream = new Stream(Games.Hunt(0)).Given(Games.CheckIn(1, "a"));

        RunEvent happened = Assert.Single(stream.When(Games.CheckIn(1, "b", game: "town")));

        Assert.Equal(("town", TransitionKind.Step, 1UL), (happened.GameId, happened.Kind, happened.RunVersion));
    }

    [Fact]
    public void Action_ThatEarnsInSeveralQuests_HasOneOutcomeAndFurtherEvents()
    {
        var stream = new Stream(Games.Of(
            new QuestDefinition("off", "", new QuestType.ScavengerHunt(["z"], 0)),
            new QuestDefinition("one", "", new QuestType.ScavengerHunt(["a"], 1)),
            new QuestDefinition("all", "", new QuestType.ScavengerHunt([], 0))));

        RunEvent[] events = stream.When(Games.CheckIn(1, "a"));

        Assert.Equal(
            [
                ("one", TransitionKind.Step, true, 1UL),
                ("one", TransitionKind.Completed, false, 2UL),
                ("all", TransitionKind.Step, false, 3UL),
            ],
            events.Select(happened => (happened.QuestId, happened.Kind, happened.Outcome, happened.RunVersion)));
    }

    [Fact]
    public void Note_OfSeveralQuests_IsOfTheOneThatCameClosest()
    {
        Stream stream = new Stream(Games.Of(
            new QuestDefinition("off", "", new QuestType.ScavengerHunt(["z"], 0)),
            new QuestDefinition("all", "", new QuestType.ScavengerHunt([], 0)))).Given(Games.CheckIn(1, "a"));

        AssertNoted("all", NoteReasons.AlreadyCollected, stream.When(Games.CheckIn(2, "a")));
        AssertNoted("", NoteReasons.NotApplicable, stream.When(Games.Action(3, ActionDetail.Login.Instance)));
    }

    [Fact]
    public void RunningPlayer_AfterANewVersion_KeepsTheOneBegun()
    {
        Stream stream = new Stream(Games.Hunt(0, "a", "b"), Games.Hunt(0, "c")).Given(Games.CheckIn(1, "a"));
        PlayerAction late = Games.CheckIn(2, "c", version: 2);

        Assert.Equal(1U, RunDecider.VersionFor(late, stream.State));
        AssertNoted("hunt", NoteReasons.NotInHunt, stream.When(late));
        Assert.Equal(TransitionKind.Step, stream.When(Games.CheckIn(3, "b", version: 2))[0].Kind);
    }

    [Fact]
    public void PlayerWhoHasEarnedNothing_AfterANewVersion_IsJudgedByTheAcceptedOne()
    {
        Stream stream = new Stream(Games.Hunt(0, "a"), Games.Hunt(0, "c"))
            .Given(Games.CheckIn(1, "c"), Games.Action(2, ActionDetail.Login.Instance));

        RunEvent happened = Assert.Single(stream.When(Games.CheckIn(3, "c", version: 2)));

        Assert.Equal((TransitionKind.Step, 2U), (happened.Kind, happened.DefinitionVersion));
        Assert.Equal(2U, stream.State.Find("city")!.DefinitionVersion);
    }

    [Fact]
    public void Decide_BeforeTheCatalogHasTheVersion_Throws() =>
        Assert.Throws<InvalidOperationException>(
            () => new Stream(Games.Hunt(0)).When(Games.CheckIn(1, "a", version: 2)));

    private static void AssertNoted(string questId, string reason, RunEvent[] events)
    {
        RunEvent happened = Assert.Single(events);
        Assert.Equal(
            (TransitionKind.Noted, questId, reason, "", true),
            (happened.Kind, happened.QuestId, happened.Reason, happened.StepKey, happened.Outcome));
    }
}
