using Mesh.Sessions.Core.Windows;

namespace Mesh.Sessions.Core.Tests.Windows;

public sealed class SessionDeciderTests
{
    [Fact]
    public void FirstAction_OpensASession()
    {
        var player = new Player();

        Assert.Equal(
            [new SessionEvent.Opened(Player.Id(1), Player.Session(100, 100, 100, 1))],
            player.When(1, 100));
    }

    [Theory]
    [InlineData(1_799)]
    [InlineData(0)]
    public void Action_LessThanTheGapLater_ExtendsTheSession(long later)
    {
        Player player = new Player().Given((1, 100));

        Assert.Equal(
            [new SessionEvent.Extended(Player.Id(2), Player.Session(100, 100, 100 + later, 2))],
            player.When(2, 100 + later));
    }

    [Fact]
    public void Action_TheGapLater_OpensASession()
    {
        Player player = new Player().Given((1, 100));

        Assert.Equal(
            [new SessionEvent.Opened(Player.Id(2), Player.Session(1_900, 1_900, 1_900, 1))],
            player.When(2, 1_900));
        Assert.Equal(2, player.State.Sessions.Count);
    }

    [Fact]
    public void Action_LessThanTheGapEarlier_ExtendsTheSessionBackwardsUnderItsId()
    {
        Player player = new Player().Given((1, 5_000));

        Assert.Equal(
            [new SessionEvent.Extended(Player.Id(2), Player.Session(5_000, 3_201, 5_000, 2))],
            player.When(2, 3_201));
    }

    [Fact]
    public void Action_TheGapEarlier_OpensASessionBefore()
    {
        Player player = new Player().Given((1, 5_000));

        Assert.IsType<SessionEvent.Opened>(Assert.Single(player.When(2, 3_200)));
        Assert.Equal(
            [Player.Session(3_200, 3_200, 3_200, 1), Player.Session(5_000, 5_000, 5_000, 1)], player.State.Sessions);
    }

    [Fact]
    public void Action_InsideASession_OnlyCounts()
    {
        Player player = new Player().Given((1, 100), (2, 1_000));

        Assert.Equal(
            [new SessionEvent.Extended(Player.Id(3), Player.Session(100, 100, 1_000, 3))],
            player.When(3, 500));
    }

    [Fact]
    public void Action_BetweenTwoSessions_MergesThemIntoTheEarlier()
    {
        Player player = new Player().Given((1, 0), (2, 3_000), (3, 3_100), (4, 9_000));

        Assert.Equal(
            [
                new SessionEvent.MergedInto(Player.Id(5), Player.Session(3_000, 3_000, 3_100, 2), Player.SessionId(0)),
                new SessionEvent.Extended(Player.Id(5), Player.Session(0, 0, 3_100, 4)),
            ],
            player.When(5, 1_500));
        Assert.Equal([Player.Session(0, 0, 3_100, 4), Player.Session(9_000, 9_000, 9_000, 1)], player.State.Sessions);
    }

    [Fact]
    public void Action_WithinTheGapOfOneOfTwoSessions_JoinsThatOneOnly()
    {
        Player player = new Player().Given((1, 0), (2, 3_000));

        Assert.Equal(
            [new SessionEvent.Extended(Player.Id(3), Player.Session(3_000, 1_800, 3_000, 2))],
            player.When(3, 1_800));
    }

    [Fact]
    public void Action_SeenBefore_DecidesNothing()
    {
        Player player = new Player().Given((1, 100), (2, 9_000));

        Assert.Empty(player.When(1, 100));
        Assert.Empty(player.When(1, 50_000));
        Assert.Equal(2, player.State.Actions);
    }

    [Fact]
    public void Actions_AtTheEndsOfTime_AreFarApart()
    {
        var state = new PlayerSessions();
        foreach ((int i, long at) in new[] { (1, long.MinValue), (2, long.MaxValue), (3, 0L) })
        {
            var command = new SessionCommand.ObserveAction(Player.Id(i), at, Player.SessionId(i));
            state.Evolve(SessionDecider.Decide(command, state, SessionDecider.DefaultGapUs).Single());
        }

        Assert.Equal([long.MinValue, 0, long.MaxValue], state.Sessions.Select(one => one.FirstUs));
    }

    [Fact]
    public void Evolve_OfAnEventThatDoesNotFollow_Throws()
    {
        PlayerSessions state = new Player().Given((1, 100)).State;

        Assert.Throws<InvalidOperationException>(
            () => state.Evolve(new SessionEvent.Extended(Player.Id(2), Player.Session(99, 100, 200, 2))));
        Assert.Throws<InvalidOperationException>(
            () => state.Evolve(
                new SessionEvent.MergedInto(Player.Id(2), Player.Session(9, 9, 9, 2), Player.SessionId(100))));
    }

    [Fact]
    public void Continues_SaysWhetherTheCandidateIsNeeded()
    {
        PlayerSessions state = new Player().Given((1, 5_000)).State;

        Assert.True(state.Continues(6_799 * Player.Second, SessionDecider.DefaultGapUs));
        Assert.True(state.Continues(3_201 * Player.Second, SessionDecider.DefaultGapUs));
        Assert.False(state.Continues(6_800 * Player.Second, SessionDecider.DefaultGapUs));
        Assert.False(state.Continues(3_200 * Player.Second, SessionDecider.DefaultGapUs));
    }
}
