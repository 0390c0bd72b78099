using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Tests;
using Mesh.States.Tests;
using Mesh.Wiring;

namespace Mesh.Quests.Tests;

/// <summary>Histories long enough for full chunks, over few players and two games, with repeats and reuses.</summary>
public sealed class SavedStatesTests
{
    private const int Actions = 6_000;
    private static readonly string[] Streams = [Placement.Player("demo", "1"), Placement.Player("demo", "2")];
    private static readonly string[] GameIds = ["city", "town"];
    private static readonly Arbitrary<int> AnySeed = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void History_SavedAndLoadedAnywhere_GoesOnAsIfItHadNotBeen() =>
        Prop.ForAll(AnySeed, seed =>
        {
            Rig.AssertComesBackAnywhere(
                new Random(seed), Streams, Actions, () => new QuestsProcessor(0, Catalog()), AnyAction);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void History_FoldedFromTheLogAfterASavedState_IsTheWholeOne() =>
        Prop.ForAll(AnySeed, seed =>
        {
            var random = new Random(seed);
            var whole = new Rig(new QuestsProcessor(0, Catalog()));
            byte[][] actions = [.. Enumerable.Range(0, Actions).Select(_ => AnyAction(random))];
            int checkpoint = 0;
            for (int i = 0; i < Actions; i++)
            {
                whole.Process(actions[i], i);
                if (i == Actions / 2)
                {
                    Array.ForEach(Streams, whole.Save);
                    checkpoint = whole.Stored.Count;
                }
            }

            var taken = new Rig(new QuestsProcessor(0, Catalog()));
            Array.ForEach(Streams, stream => taken.Processor.Load(stream, whole.RowsOf(stream).Parts));
            whole.Stored.Skip(checkpoint).ToList().ForEach(stored => taken.Processor.Fold(stored));
            for (int i = 0; i < Actions; i++)
            {
                // What the log answers already is answered by nobody again.
                taken.Process(actions[i], i);
            }

            Assert.Empty(taken.Log);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void Game_SavedAndLoaded_HasItsVersions()
    {
        var rig = new Rig(new QuestsProcessor(0, new GameCatalog()));
        var quests = (QuestsProcessor)rig.Processor;
        string stream = Placement.Game("demo", "city");
        Assert.True(quests.IsPinned(stream));
        Assert.False(quests.IsPinned(Streams[0]));
        quests.Execute("demo", new CatalogCommand.CreateGame(Games.Hunt(3, "v1", "v2", "v3")), 1, rig);
        rig.Reload(stream);
        quests.Execute("demo", new CatalogCommand.PutGame(Games.Hunt(2, "v1", "v2"), 1), 2, rig);
        rig.Reload(stream);
        rig.AssertSavedTwiceIsTheSame(stream);

        GameState game = quests.FindGame("demo", "city")!;
        Assert.Equal(2UL, game.Version);
        Assert.Equal(Games.Hunt(3, "v1", "v2", "v3"), game.At(1));
        Assert.Equal(Games.Hunt(2, "v1", "v2"), game.At(2));
        Assert.Equal([game], quests.GamesOf("demo"));
        Assert.Empty(quests.GamesOf("other"));
    }

    [Fact]
    public void DoorPolicy_SavedLoadedOrFolded_HasItsVersions()
    {
        var rig = new Rig(new QuestsProcessor(0, new GameCatalog()));
        var quests = (QuestsProcessor)rig.Processor;
        string stream = Placement.Door("demo");
        Core.Door.DoorPolicy slow = Policy(2);
        Core.Door.DoorPolicy fast = Policy(0) with { Player = new Core.Door.RateLimit(0.5, 3) };
        Assert.True(quests.IsPinned(stream));
        Assert.Equal((1U, Core.Door.DoorPolicy.BuiltIn), quests.FindDoorPolicy("demo", 0));
        quests.Execute("demo", new Core.Door.PutDoorPolicy(slow, 1), 1, rig);
        rig.Reload(stream);
        quests.Execute("demo", new Core.Door.PutDoorPolicy(fast, 2), 2, rig);
        rig.Reload(stream);
        rig.AssertSavedTwiceIsTheSame(stream);

        var folded = new QuestsProcessor(0, new GameCatalog());
        rig.Stored.ForEach(stored => folded.Fold(stored));
        foreach (QuestsProcessor each in (QuestsProcessor[])[quests, folded])
        {
            Assert.Equal((3U, fast), each.FindDoorPolicy("demo", 0));
            Assert.Equal((2U, slow), each.FindDoorPolicy("demo", 2));
            Assert.Null(each.FindDoorPolicy("demo", 4));
        }

        Assert.Equal(["demo//2", "demo//3"], rig.Stored.Select(stored => stored.Target!.Key));
        Assert.All(rig.Stored, stored => Assert.Equal(Placement.Partition(stream), stored.Target!.Partition));
        Assert.Empty(quests.GamesOf("demo"));

        Core.Door.DoorPolicy Policy(uint lane) =>
            Core.Door.DoorPolicy.BuiltIn with { Lanes = [new Core.Door.LaneRule("city", [16, 23], lane)] };
    }

    [Fact]
    public void CatalogRecord_OfAPolicy_DoesNotReachTheGames()
    {
        List<string> taken = [];
        CatalogHandlers both = new(_ => taken.Add("game")) { DoorPolicy = _ => taken.Add("policy") };
        both.Take("demo/city/1"u8.ToArray(), []);
        both.Take("demo//2"u8.ToArray(), []);
        new CatalogHandlers(_ => taken.Add("wrong")).Take("demo//2"u8.ToArray(), []);

        Assert.Equal(["game", "policy"], taken);
    }

    [Fact]
    public void Parts_MissingOrTooMany_AreRefused()
    {
        var rig = new Rig(new QuestsProcessor(0, Catalog()));
        var random = new Random(3);
        for (int i = 0; i < Actions; i++)
        {
            rig.Process(AnyAction(random), i);
        }

        rig.Save(Streams[0]);
        var parts = rig.RowsOf(Streams[0]).Parts;
        var other = new QuestsProcessor(0, Catalog());
        Assert.Throws<InvalidDataException>(() => other.Load(Streams[0], [.. parts.SkipLast(1)]));
        other.Unload(Streams[0]);
        Assert.Throws<InvalidDataException>(
            () => other.Load(Streams[0], [.. parts, parts[^1] with { Part = parts.Count }]));
    }

    private static GameCatalog Catalog()
    {
        GameCatalog catalog = new();
        foreach (string game in GameIds)
        {
            Core.Catalog.GameDefinition definition = Games.Of(
                new Core.Catalog.QuestDefinition("some", "", new QuestType.ScavengerHunt(["v1", "v2", "v3"], 2)),
                new Core.Catalog.QuestDefinition("any", "", new QuestType.ScavengerHunt([], 0))) with { Slug = game };
            catalog.Apply(
                QuestsEvents.ToContract("demo", new CatalogEvent.GamePublished(1, definition), 1).ToByteArray());
        }

        return catalog;
    }

    private static byte[] AnyAction(Random random)
    {
        ActionAccepted action = new()
        {
            Tenant = "demo",
            PlayerId = random.Next(2) == 0 ? "1" : "2",
            GameId = GameIds[random.Next(10) < 8 ? 0 : 1],
            ActionId = ByteString.CopyFrom(Ids.ToBytes(Games.Id(random.Next(Actions)))),
            EffectiveUs = random.Next(),
            CatalogVersion = 1,
        };
        if (random.Next(5) == 0)
        {
            action.Login = new Login();
        }
        else
        {
            action.CheckIn = new CheckIn { VenueId = $"v{random.Next(100)}" };
        }

        return action.ToByteArray();
    }
}
