using FsCheck;
using FsCheck.Fluent;
using Mesh.Quests.Core.Run;

namespace Mesh.Quests.Core.Tests.Run;

public sealed class SeenActionsTests
{
    [Fact]
    public void SeenActions_OfAnyIds_AnswersLikeADictionary() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 60).ArrayOf().ToArbitrary(), numbers =>
        {
            var seen = new SeenActions();
            var oracle = new Dictionary<Guid, ulong>();
            for (int i = 0; i < numbers.Length; i++)
            {
                // 0 is the nil UUID.
                seen.Add(Games.Id(numbers[i]), (ulong)i);
                oracle.TryAdd(Games.Id(numbers[i]), (ulong)i);
            }

            return seen.Count == oracle.Count && Enumerable.Range(0, 61).All(number =>
                seen.TryGet(Games.Id(number), out ulong content)
                    == oracle.TryGetValue(Games.Id(number), out ulong wanted)
                && content == wanted);
        }));

    [Fact]
    public void SeenActions_OfManyIds_HoldsThemAllAndNoOthers()
    {
        var seen = new SeenActions();
        for (int i = 0; i < 20_000; i += 2)
        {
            seen.Add(Games.Id(i), (ulong)i);
        }

        Assert.Equal(10_000, seen.Count);
        for (int i = 0; i < 20_000; i++)
        {
            Assert.Equal(i % 2 == 0, seen.TryGet(Games.Id(i), out ulong content));
            Assert.Equal(i % 2 == 0 ? (ulong)i : 0, content);
        }
    }
}
