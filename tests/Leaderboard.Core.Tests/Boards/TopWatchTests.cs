using Mesh.Leaderboard.Core.Boards;

namespace Mesh.Leaderboard.Core.Tests.Boards;

public sealed class TopWatchTests
{
    [Fact]
    public void Compare_WithNothing_ChangesTheWholeTop()
    {
        TopChange change = TopWatch.Compare([], ThreePlayers(), 2);

        Assert.Equal(["p/a", "p/b"], change.Changed.Select(one => one.Subject));
        Assert.Equal(change.Top, change.Changed);
        Assert.Empty(change.Left);
    }

    [Fact]
    public void Compare_WithTheSame_IsEmpty()
    {
        Board board = ThreePlayers();
        TopChange first = TopWatch.Compare([], board, 2);
        board.Add("p/c", 1, 1);

        Assert.True(TopWatch.Compare(first.Top, board, 2).IsEmpty);
    }

    [Fact]
    public void Compare_AfterOneOvertook_TellsWhoMovedAndWhoLeft()
    {
        Board board = ThreePlayers();
        TopChange first = TopWatch.Compare([], board, 2);
        board.Add("p/c", 100, 5);

        TopChange change = TopWatch.Compare(first.Top, board, 2);

        Assert.Equal([new BoardEntry(1, "p/c", 110, 5), new BoardEntry(2, "p/a", 30, 1)], change.Changed);
        Assert.Equal(["p/b"], change.Left);
    }

    [Fact]
    public void Compare_WithASmallerLimit_TellsWhoLeft()
    {
        Board board = ThreePlayers();
        TopChange first = TopWatch.Compare([], board, 3);

        TopChange change = TopWatch.Compare(first.Top, board, 1);

        Assert.Empty(change.Changed);
        Assert.Equal(["p/b", "p/c"], change.Left);
    }

    private static Board ThreePlayers()
    {
        var board = new Board();
        board.Add("p/a", 30, 1);
        board.Add("p/b", 20, 1);
        board.Add("p/c", 10, 1);
        return board;
    }
}
