using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Types.V1;
using Mesh.States.Tests;

namespace Mesh.Sessions.Tests;

/// <summary>Histories long enough for full chunks, of two players in two games, with repeats.</summary>
public sealed class SavedStatesTests
{
    private const int Actions = 6_000;
    private static readonly string[] Streams = [Placement.Player("demo", "1"), Placement.Player("demo", "2")];

    [Fact]
    public void History_SavedAndLoadedAnywhere_GoesOnAsIfItHadNotBeen() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var whole = new Rig(new SessionsProcessor(0));
            var saved = new Rig(new SessionsProcessor(0));
            for (int i = 0; i < Actions; i++)
            {
                byte[] action = AnyAction(random);
                whole.Process(action, i);
                saved.Process(action, i);
                if (random.Next(40) == 0)
                {
                    string stream = Streams[random.Next(2)];
                    saved.Reload(stream);
                    saved.AssertSavedTwiceIsTheSame(stream);
                }
            }

            Assert.Equal(whole.Log, saved.Log);
            Assert.All(Streams, stream => Assert.True(saved.RowsOf(stream).Parts.Count > 2, "No chunk was sealed."));
            foreach (string game in (string[])["city", "town"])
            {
                Assert.Equal(
                    ((SessionsProcessor)whole.Processor).SessionsOf("demo", game, "1"),
                    ((SessionsProcessor)saved.Processor).SessionsOf("demo", game, "1"));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    private static byte[] AnyAction(Random random) => new ActionAccepted
    {
        Tenant = "demo",
        PlayerId = random.Next(2) == 0 ? "1" : "2",
        GameId = random.Next(10) < 8 ? "city" : "town",
        ActionId = ByteString.CopyFrom(Ids.ToBytes(Core.Tests.Windows.Player.Id(random.Next(Actions)))),
        EffectiveUs = random.NextInt64(4_000) * 60_000_000,
        Login = new Login(),
    }.ToByteArray();
}
