using FsCheck;
using FsCheck.Fluent;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Tests.Run;

/// <summary>
/// What holds for every sequence of actions. Few venues and ids, so that repeats and reuses are frequent.
/// </summary>
public sealed class RunProperties
{
    private static readonly GameDefinition TwoQuests = Games.Of(
        new QuestDefinition("some", "", new QuestType.ScavengerHunt(["v1", "v2", "v3", "v4"], 3)),
        new QuestDefinition("any", "", new QuestType.ScavengerHunt([], 0)));

    private static readonly Gen<PlayerAction> AnyAction =
        from id in Gen.Choose(0, 30)
        from venue in Gen.Choose(0, 7)
        from other in Gen.Choose(0, 9)
        select other == 0 ? Games.Action(id, ActionDetail.Login.Instance) : Games.CheckIn(id, $"v{venue}");

    private static readonly Arbitrary<PlayerAction[]> AnyActions = AnyAction.ArrayOf().ToArbitrary();

    [Fact]
    public void EveryDistinctAction_LeavesExactlyOneOutcome_AndItIsItsFirstEvent() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, actions =>
        {
            Stream stream = new Stream(TwoQuests).Given(actions);

            IEnumerable<Guid> outcomes = stream.Log.Where(one => one.Outcome).Select(one => one.ActionId);
            bool each = outcomes.Order().SequenceEqual(actions.Select(one => one.ActionId).Distinct().Order());
            bool first = stream.Log.GroupBy(one => one.ActionId).All(group => group.First().Outcome);
            bool counted = stream.Log.Select(one => one.RunVersion)
                .SequenceEqual(Enumerable.Range(1, stream.Log.Count).Select(n => (ulong)n));
            return each && first && counted;
        }));

    [Fact]
    public void RepeatsAnywhere_ChangeNothing() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, Gen.Choose(0, int.MaxValue).ToArbitrary(), (actions, seed) =>
        {
            var random = new Random(seed);
            var repeated = new List<PlayerAction>(actions);
            foreach (PlayerAction action in actions)
            {
                // A retry comes after its first: somewhere behind it.
                int first = repeated.IndexOf(action);
                repeated.Insert(random.Next(first + 1, repeated.Count + 1), action with { EffectiveUs = 77 });
            }

            return new Stream(TwoQuests).Given(actions).Log
                .SequenceEqual(new Stream(TwoQuests).Given([.. repeated]).Log);
        }));

    [Fact]
    public void AnotherOwner_FoldingTheLog_DecidesTheSame() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, AnyActions, (before, after) =>
        {
            Stream first = new Stream(TwoQuests).Given(before);
            Stream second = first.Refolded();
            return first.Given(after).Log.SequenceEqual(second.Given(after).Log);
        }));

    [Fact]
    public void Decide_NeverChangesTheState() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, AnyActions, (before, asked) =>
        {
            Stream stream = new Stream(TwoQuests).Given(before);
            RunEvent[][] Ask() => [.. asked.Select(one => RunDecider.Decide(one, stream.State, stream.At))];
            return Ask().SelectMany(one => one).SequenceEqual(Ask().SelectMany(one => one));
        }));

    [Fact]
    public void OpenEndedHunt_InAnyOrder_CollectsTheDistinctVenues() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 20).ArrayOf().ToArbitrary(), venues =>
        {
            PlayerAction[] actions = [.. venues.Select((venue, i) => Games.CheckIn(i, $"v{venue}"))];
            string[] wanted = [.. venues.Distinct().Select(venue => $"venue/v{venue}").Order()];
            return Collected(actions).SequenceEqual(wanted)
                && Collected([.. actions.Reverse()]).SequenceEqual(wanted);

            IEnumerable<string> Collected(PlayerAction[] given) => new Stream(Games.Hunt(0)).Given(given).Log
                .Where(one => one.Kind == TransitionKind.Step).Select(one => one.StepKey).Order();
        }));

    [Fact]
    public void Lanes_InterleavedAnyHow_EarnTheSame() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, Gen.Choose(0, int.MaxValue).ToArbitrary(), (actions, seed) =>
        {
            // Lanes keep their own order: check-ins travel in one, logins in another.
            PlayerAction[] distinct = [.. actions.DistinctBy(one => one.ActionId)];
            var fast = new Queue<PlayerAction>(distinct.Where(one => one.Detail is ActionDetail.CheckIn));
            var slow = new Queue<PlayerAction>(distinct.Where(one => one.Detail is not ActionDetail.CheckIn));
            var random = new Random(seed);
            var interleaved = new List<PlayerAction>();
            while (fast.Count + slow.Count > 0)
            {
                interleaved.Add(random.Next(fast.Count + slow.Count) < fast.Count ? fast.Dequeue() : slow.Dequeue());
            }

            return Earned(distinct).SequenceEqual(Earned([.. interleaved]));

            IEnumerable<(string, string, string, Guid)> Earned(PlayerAction[] given) =>
                new Stream(TwoQuests).Given(given).Log
                    .Select(one => (one.QuestId, one.StepKey, one.Reason, one.ActionId))
                    .Order();
        }));

    [Fact]
    public void CompletedQuest_HasExactlyTheStepsNeeded() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyActions, actions =>
        {
            Stream stream = new Stream(TwoQuests).Given(actions);
            int steps = stream.Log.Count(one => one is { QuestId: "some", Kind: TransitionKind.Step });
            int completions = stream.Log.Count(one => one.Kind == TransitionKind.Completed);
            return steps <= 3 && completions == (steps == 3 ? 1 : 0);
        }));
}
