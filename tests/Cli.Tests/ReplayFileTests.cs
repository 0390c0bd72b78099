using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Mesh.Cli;
using Mesh.Cli.Commands;
using Mesh.Cli.Replay;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;

namespace Cli.Tests;

public sealed class ReplayFileTests : IDisposable
{
    private const string Content =
        "player\tutc\tlatitude\tlongitude\tvenue\n"
        + "36070\t2009-04-23T22:37:00Z\t40.7564249\t-73.8454199\t11711\n"
        + "36070\t2009-04-23T22:59:17.25Z\t40.7466173\t-73.8470507\t11714\n"
        + "7\t2009-04-24T00:00:00Z\t40.5\t-73.5\t11711";

    private readonly string _directory = Directory.CreateTempSubdirectory("mesh-replay-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("/data/checkins.tsv.gz", "checkins")]
    [InlineData("checkins.tsv", "checkins")]
    [InlineData("summer.2010", "summer.2010")]
    public void GameOf_APath_IsTheNameWithoutItsSuffix(string path, string game) =>
        Assert.Equal(game, CheckInFile.GameOf(path));

    [Fact]
    public void Examine_PlainAndCompressed_HaveTheSameHashAndRows()
    {
        CheckInFile plain = CheckInFile.Examine(WritePlain(Content));
        CheckInFile packed = CheckInFile.Examine(WritePacked(Content));

        Assert.Equal(3, plain.Rows);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Content))), plain.Sha256);
        Assert.Equal(plain.Sha256, packed.Sha256);
        Assert.Equal(plain.Rows, packed.Rows);
    }

    [Fact]
    public void Examine_AFileOfSomethingElse_IsRefused()
    {
        Assert.Throws<CliException>(() => CheckInFile.Examine(WritePlain("a,b,c\n1,2,3\n")));
        Assert.Throws<CliException>(() => CheckInFile.Examine(Path.Combine(_directory, "none.tsv")));
        Assert.Throws<CliException>(() => CheckInFile.Examine(WritePlain("")));
    }

    [Fact]
    public void Line_WellFormed_IsRead()
    {
        Assert.True(
            CheckInLine.TryParse("7\t2009-04-23T22:59:17.25Z\t40.5\t-73.25\t11714"u8, out CheckInLine line, out _));

        Assert.Equal("7", Encoding.UTF8.GetString(line.Player));
        Assert.Equal("11714", Encoding.UTF8.GetString(line.Venue));
        Assert.Equal(40.5, line.Latitude);
        Assert.Equal(-73.25, line.Longitude);
        Assert.Equal(
            new DateTime(2009, 4, 23, 22, 59, 17, 250, DateTimeKind.Utc),
            DateTime.UnixEpoch.AddMicroseconds(line.UtcMicros));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\t2009-04-23T22:59:17Z\t40.5\t-73.25\t1")]
    [InlineData("7\t2009-13-23T22:59:17Z\t40.5\t-73.25\t1")]
    [InlineData("7\t2009-02-29T22:59:17Z\t40.5\t-73.25\t1")]
    [InlineData("7\t2009-04-23 22:59:17\t40.5\t-73.25\t1")]
    [InlineData("7\t2009-04-23T22:59:17Z\tnorth\t-73.25\t1")]
    [InlineData("7\t2009-04-23T22:59:17Z\t40.5\t-73.25x\t1")]
    [InlineData("7\t2009-04-23T22:59:17Z\t40.5\t-73.25\t")]
    [InlineData("7\t2009-04-23T22:59:17Z\t40.5\t-73.25\t1\tmore")]
    public void Line_Malformed_IsRefusedWithAReason(string line)
    {
        Assert.False(CheckInLine.TryParse(Encoding.UTF8.GetBytes(line), out _, out string problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public async Task Rows_WithCopies_AreInterleavedAndKeepTheirNumbers()
    {
        CheckInFile file = CheckInFile.Examine(WritePacked(Content));

        PendingAction[] rows = await ReadAsync(file, copies: 3, limit: 2);

        Assert.Equal(
            ["0:36070", "0:36070~2", "0:36070~3", "1:36070", "1:36070~2", "1:36070~3"],
            rows.Select(row => $"{row.Row}:{row.Player.Id}"));
        Assert.Equal("11714", rows[^1].Venue);
    }

    [Fact]
    public async Task Rows_OneMalformed_NamesItsLine()
    {
        CheckInFile file = CheckInFile.Examine(WritePlain(Content + "\nbroken\n"));

        CliException failure = await Assert.ThrowsAsync<CliException>(() => ReadAsync(file, copies: 1, limit: 100));

        Assert.Contains("line 5", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Roster_APlayersActions_GoOverOneStream()
    {
        Roster roster = new(copies: 2, streams: 4);

        Assert.Same(roster.Players("36070"u8), roster.Players("36070"u8));
        IEnumerable<int> streams = Enumerable.Range(0, 50)
            .Select(player => roster.Players(Encoding.UTF8.GetBytes($"{player}"))[0].Stream);
        Assert.Equal([0, 1, 2, 3], streams.Distinct().Order());
    }

    [Fact]
    public void Message_OfARow_IsTheRowsAction()
    {
        ActionMessage message = new("checkins", "ab");
        PendingAction row = new(7, new ReplayedPlayer("36070~2", 0), "11714", 1_500_000, 40.5, -73.25);

        SubmitStreamRequest request = message.Fill(3, row);

        Assert.Equal(3ul, request.Number);
        Assert.Equal(Ids.ReplayedAction("ab", 7, "36070~2").ToString(), request.Action.ActionId);
        Assert.Equal("checkins", request.Action.GameId);
        Assert.Equal("36070~2", request.Action.PlayerId);
        Assert.Equal("11714", request.Action.CheckIn.VenueId);
        Assert.Equal(1, request.Action.OccurredAt.Seconds);
        Assert.Equal(500_000_000, request.Action.OccurredAt.Nanos);
        Assert.Equal(40.5, request.Action.Location.Latitude);
    }

    [Theory]
    [InlineData("256MiB", 268_435_456)]
    [InlineData("64kib", 65_536)]
    [InlineData("1000", 1000)]
    public void BytesOf_ASize_IsInBytes(string size, long bytes) => Assert.Equal(bytes, BrokerCommand.BytesOf(size));

    [Fact]
    public void BytesOf_NoSize_IsRefused() => Assert.Throws<CliException>(() => BrokerCommand.BytesOf("much"));

    private static async Task<PendingAction[]> ReadAsync(CheckInFile file, int copies, long limit)
    {
        Channel<PendingAction[]> queue = Channel.CreateUnbounded<PendingAction[]>();
        await new RowSource(file, new Roster(copies, streams: 1), limit, speed: null)
            .RunAsync([queue.Writer], CancellationToken.None);
        List<PendingAction> rows = [];
        await foreach (PendingAction[] batch in queue.Reader.ReadAllAsync())
        {
            rows.AddRange(batch);
        }

        return [.. rows];
    }

    private string WritePlain(string content)
    {
        string path = Path.Combine(_directory, "plain.tsv");
        File.WriteAllText(path, content);
        return path;
    }

    private string WritePacked(string content)
    {
        string path = Path.Combine(_directory, "packed.tsv.gz");
        using GZipStream packed = new(File.Create(path), CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes(content));
        return path;
    }
}
