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
        Assert.Equal(lane, RoutingTable.Default.LaneOf(kind));
        Assert.Equal(1U, RoutingTable.Default.Version);
    }

    [Theory]
    [InlineData(ActionKind.None)]
    [InlineData((ActionKind)24)]
    public void LaneOf_NoKind_Throws(ActionKind kind) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RoutingTable.Default.LaneOf(kind));

    [Fact]
    public void Table_WithAnotherRule_Routes()
    {
        var table = new RoutingTable(
            7, Rules().Select(rule => rule.Key == ActionKind.Answer ? new(rule.Key, 2) : rule));

        Assert.Equal(2, table.LaneOf(ActionKind.Answer));
        Assert.Equal(7U, table.Version);
    }

    [Fact]
    public void Table_ThatIsNotOneLaneForEachKind_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new RoutingTable(2, Rules().Skip(1)));
        Assert.Throws<ArgumentException>(() => new RoutingTable(2, Rules().Append(new(ActionKind.Login, 1))));
        Assert.Throws<ArgumentException>(() => new RoutingTable(2, Rules().Append(new(ActionKind.None, 1))));
        Assert.Throws<ArgumentException>(
            () => new RoutingTable(2, Rules().Select(rule => new KeyValuePair<ActionKind, int>(rule.Key, 3))));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoutingTable(0, Rules()));
    }

    private static IEnumerable<KeyValuePair<ActionKind, int>> Rules() =>
        Enum.GetValues<ActionKind>().Where(kind => kind != ActionKind.None)
            .Select(kind => new KeyValuePair<ActionKind, int>(kind, RoutingTable.Default.LaneOf(kind)));
}
