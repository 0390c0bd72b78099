using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Partitions;
using Mesh.States.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Rewards.Tests;

/// <summary>Histories long enough for full chunks, of two players in two games, with repeats.</summary>
public sealed class SavedStatesTests
{
    private const int Transitions = 3_000;
    private static readonly string[] Streams = [Placement.Player("demo", "1"), Placement.Player("demo", "2")];
    private static readonly string[] GameIds = ["city", "town"];

    [Fact]
    public void History_SavedAndLoadedAnywhere_GoesOnAsIfItHadNotBeen() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            (IPartitionProcessor whole, IPartitionProcessor saved) = Rig.AssertComesBackAnywhere(
                new Random(seed), Streams, Transitions, () => new RewardsProcessor(0, Table(), NullLogger.Instance),
                AnyTransition);
            foreach (string game in GameIds)
            {
                Assert.Equal(
                    ((RewardsProcessor)whole).Balances("demo", game, "1"),
                    ((RewardsProcessor)saved).Balances("demo", game, "1"));
                Assert.NotEmpty(((RewardsProcessor)saved).Balances("demo", game, "1"));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    private static GameTable Table()
    {
        GameTable table = new();
        foreach (string game in GameIds)
        {
            table.Apply(new GamePublished
            {
                Tenant = "demo",
                GameId = game,
                Version = 1,
                Definition = new GameDefinition
                {
                    Rules =
                    {
                        Rule("points", 10),
                        Rule("coins", 3),
                    },
                },
            }.ToByteArray());
        }

        return table;
    }

    private static RewardRule Rule(string currency, long amount) => new()
    {
        RuleId = currency,
        QuestId = "hunt",
        On = QuestTransition.Types.Kind.Step,
        Currency = currency,
        Amount = amount,
    };

    private static byte[] AnyTransition(Random random)
    {
        string player = random.Next(2) == 0 ? "1" : "2";
        return new QuestTransition
        {
            Tenant = "demo",
            GameId = GameIds[random.Next(2)],
            QuestId = "hunt",
            DefinitionVersion = 1,
            Subject = $"p/{player}",
            PlayerId = player,
            Kind = QuestTransition.Types.Kind.Step,
            StepKey = $"venue/{random.Next(1_000)}",
            EffectiveUs = random.Next(),
        }.ToByteArray();
    }
}
