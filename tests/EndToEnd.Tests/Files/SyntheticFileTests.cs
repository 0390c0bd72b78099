namespace EndToEnd.Tests.Files;

/// <summary>The synthetic file holds what it is there for.</summary>
public sealed class SyntheticFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    /// <inheritdoc />
    public void Dispose() => File.Delete(_path);

    /// <summary>Ties, gaps at the border, repeated venues, disorder.</summary>
    [Fact]
    public void SyntheticFile_Always_HoldsTheHardCases()
    {
        SyntheticCheckIns.Write(_path);
        List<CheckInRow> rows = CheckInRow.ReadAll(_path);
        Expected expected = Expected.Of(rows);

        Assert.Equal(SyntheticCheckIns.Players * SyntheticCheckIns.RowsOfAPlayer, rows.Count);
        Assert.Equal(SyntheticCheckIns.Players, expected.Board.Count);
        Assert.True(expected.Items < rows.Count, "No venue is visited twice.");
        Assert.Contains(Neighbours(expected), pair => pair.Item1.Score == pair.Item2.Score
            && pair.Item1.ReachedAt != pair.Item2.ReachedAt);
        Assert.Contains(Neighbours(expected), pair => pair.Item1.Score == pair.Item2.Score
            && pair.Item1.ReachedAt == pair.Item2.ReachedAt);

        CheckInRow[] one = [.. rows.Where(row => row.Player == rows[0].Player)];
        Assert.NotEqual(one.OrderBy(row => row.Utc), one);
        DateTime[] times = [.. one.Select(row => row.Utc).Order()];
        double[] gaps = [.. times.Zip(times.Skip(1), (before, after) => (after - before).TotalSeconds)];
        Assert.Contains(1_799, gaps);
        Assert.Contains(1_800, gaps);
    }

    private static IEnumerable<(Expected.Standing, Expected.Standing)> Neighbours(Expected expected) =>
        expected.Board.Zip(expected.Board.Skip(1));
}
