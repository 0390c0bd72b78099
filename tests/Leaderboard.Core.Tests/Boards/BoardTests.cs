using Mesh.Leaderboard.Core.Boards;

namespace Mesh.Leaderboard.Core.Tests.Boards;

public sealed class BoardTests
{
    [Fact]
    public void Order_IsScoreDescending_ThenTimeAscending_ThenSubjectOrdinal()
    {
        var board = new Board();
        board.Add("p/b", 10, 7);
        board.Add("p/a", 10, 7);
        board.Add("p/Z", 10, 7);
        board.Add("p/late", 10, 8);
        board.Add("p/first", 11, 9);

        Assert.Equal(["p/first", "p/Z", "p/a", "p/b", "p/late"], board.Top(10).Select(one => one.Subject));
        Assert.Equal([1, 2, 3, 4, 5], board.Top(10).Select(one => one.Rank));
    }

    [Fact]
    public void Add_SumsAmounts_AndKeepsTheLatestTime()
    {
        var board = new Board();
        board.Add("p/a", 10, 7);
        board.Add("p/a", 5, 3);
        board.Add("p/a", -1, 9);

        Assert.Equal(new BoardEntry(1, "p/a", 14, 9), board.RankOf("p/a"));
        Assert.Equal(1, board.Count);
    }

    [Fact]
    public void Add_ThatOverflows_LeavesTheBoardAsItWas()
    {
        var board = new Board();
        board.Add("p/a", long.MaxValue, 7);

        Assert.Throws<OverflowException>(() => board.Add("p/a", 1, 8));
        Assert.Equal(new BoardEntry(1, "p/a", long.MaxValue, 7), board.RankOf("p/a"));
    }

    [Fact]
    public void Queries_OfAnEmptyBoard_AnswerNothing()
    {
        var board = new Board();

        Assert.Empty(board.Top(10));
        Assert.Empty(board.Page(5, 10));
        Assert.Empty(board.Around("p/a", 1, 1));
        Assert.Null(board.RankOf("p/a"));
    }

    [Theory]
    [InlineData(1, 2, 2, "123")]
    [InlineData(5, 1, 2, "4567")]
    [InlineData(9, 3, 9, "6789")]
    [InlineData(5, 0, 0, "5")]
    [InlineData(5, int.MaxValue, int.MaxValue, "123456789")]
    public void Around_AtTheEnds_IsCutOff(int rank, int above, int below, string wanted)
    {
        Board board = Nine();

        Assert.Equal(wanted, string.Concat(board.Around($"p/{rank}", above, below).Select(one => one.Rank)));
    }

    [Theory]
    [InlineData(1, 0, "")]
    [InlineData(1, 3, "123")]
    [InlineData(8, 3, "89")]
    [InlineData(10, 3, "")]
    [InlineData(int.MaxValue, int.MaxValue, "")]
    [InlineData(1, int.MaxValue, "123456789")]
    public void Page_BeyondTheEnd_IsCutOff(int from, int count, string wanted) =>
        Assert.Equal(wanted, string.Concat(Nine().Page(from, count).Select(one => one.Rank)));

    [Fact]
    public void Version_RisesWithEveryAddition()
    {
        Board board = Nine();
        ulong before = board.Version;
        board.Add("p/1", 1, 1);

        Assert.Equal(before + 1, board.Version);
    }

    private static Board Nine()
    {
        var board = new Board();
        for (int rank = 9; rank >= 1; rank--)
        {
            board.Add($"p/{rank}", 100 - rank, 1);
        }

        return board;
    }
}
