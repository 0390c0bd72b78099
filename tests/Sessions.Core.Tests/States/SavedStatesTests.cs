using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
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
            (IPartitionProcessor whole, IPartitionProcessor saved) = Rig.AssertComesBackAnywhere(
                new Random(seed), Streams, Actions, () => new SessionsProcessor(0), AnyAction);
            foreach (string game in (string[])["city", "town"])
            {
                Assert.Equal(
                    ((SessionsProcessor)whole).SessionsOf("demo", game, "1"),
                    ((SessionsProcessor)saved).SessionsOf("demo", game, "1"));
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
