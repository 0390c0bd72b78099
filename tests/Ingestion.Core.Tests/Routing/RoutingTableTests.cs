using Mesh.Ingestion.Core.Routing;

namespace Mesh.Ingestion.Core.Tests.Routing;

public sealed class RoutingTableTests
{
    [Theory]
    [InlineData(ActionKind.CheckIn, 0)]
    [InlineData(ActionKind.QrScan, 0)]
    [InlineData(ActionKind.PowerUp, 0)]
    [InlineData(ActionKind.TaskDone, 1)]
    [InlineData(ActionKind.Answer, 1)]
    [InlineData(ActionKind.LocationPing, 2)]
    [InlineData(ActionKind.DailyBonus, 2)]
    [InlineData(ActionKind.Login, 2)]
    public void DefaultTable_OfEachKind_NamesItsLane(ActionKind kind, int lane)
    {
        Assert.Equal(lane, RoutingTable.Default.LaneOf("city", kind));
        Assert.Equal(1U, RoutingTable.Default.Version);
    }

    [Theory]
    [InlineData(ActionKind.None)]
    [InlineData((ActionKind)24)]
    public void LaneOf_NoKind_Throws(ActionKind kind) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RoutingTable.Default.LaneOf("city", kind));

    [Fact]
    public void Rules_FirstThatFits_Wins()
    {
        var table = new RoutingTable(
            7,
            [
                new LaneRule("city", [ActionKind.Answer], 2),
                new LaneRule("city", [], 1),
                new LaneRule("", [ActionKind.Answer, ActionKind.Login], 0),
                new LaneRule("town", [ActionKind.Answer], 1),
            ]);

        Assert.Equal(7U, table.Version);
        Assert.Equal(2, table.LaneOf("city", ActionKind.Answer));
        Assert.Equal(1, table.LaneOf("city", ActionKind.Login));
        Assert.Equal(1, table.LaneOf("city", ActionKind.CheckIn));

        // The rule for every game comes before that of the town.
        Assert.Equal(0, table.LaneOf("town", ActionKind.Answer));
        Assert.Equal(0, table.LaneOf("elsewhere", ActionKind.Login));

        // None fits.
        Assert.Equal(2, table.LaneOf("elsewhere", ActionKind.DailyBonus));
        Assert.Equal(0, table.LaneOf("town", ActionKind.CheckIn));
    }

    [Fact]
    public void Rules_OfAKindThatIsNotKnownYet_ChangeNothing() =>
        Assert.Equal(0, new RoutingTable(2, [new LaneRule("", [(ActionKind)99], 2)])
            .LaneOf("city", ActionKind.CheckIn));

    [Fact]
    public void Table_OfALaneThatThereIsNot_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new RoutingTable(2, [new LaneRule("", [], 3)]));
        Assert.Throws<ArgumentException>(() => new RoutingTable(2, [new LaneRule("", [], -1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoutingTable(0, []));
    }
}
