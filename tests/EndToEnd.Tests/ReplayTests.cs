using EndToEnd.Tests.Files;
using EndToEnd.Tests.Harness;
using Mesh.Contracts.Leaderboard.V1;

namespace EndToEnd.Tests;

/// <summary>The synthetic file, replayed.</summary>
[Collection(SharedMesh.Name)]
public sealed class ReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-replay-").FullName;
    private readonly string _file;
    private readonly RunningMesh _mesh;

    /// <summary>Writes the file.</summary>
    public ReplayTests(MeshFixture fixture)
    {
        _mesh = fixture.Mesh;
        _file = Path.Combine(_folder, "synthetic.tsv");
        SyntheticCheckIns.Write(_file);
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Scores, ranks, sessions and wallets are those of an independent computation.</summary>
    [Fact]
    public async Task Replay_SyntheticFile_ComesToWhatTheFileSays()
    {
        Replayed replayed = await Replayed.FirstAsync(_mesh, _file, "synthetic");

        await replayed.CheckTopAsync();
        await replayed.CheckBooksAsync();
        foreach (Expected.Standing standing in replayed.Expected.Board)
        {
            Assert.Equal(standing.Score, (await _mesh.Services.RankAsync(replayed.Game, standing.Player))?.Score);
        }
    }

    /// <summary>Not one event is stored for what was there before.</summary>
    [Fact]
    public async Task Replay_SyntheticFileAgain_ChangesNothing()
    {
        Replayed replayed = await Replayed.FirstAsync(_mesh, _file, "synthetic-twice");
        IReadOnlyList<string> before = await replayed.SeenAsync();

        await replayed.ReplayAsync();

        Assert.Equal(before, await replayed.SeenAsync());
    }

    /// <summary>A copy of a player is a player with the same score.</summary>
    [Fact]
    public async Task Replay_Copies_EachCopyHasTheSameScore()
    {
        const string game = "synthetic-copies";
        Expected expected = Expected.Of(CheckInRow.ReadAll(_file));

        ReplayAnswer answer = await _mesh.ReplayAsync(_file, game, "--copies", "2");

        Assert.Equal(
            new ReplayAnswer(game, expected.Rows, 2 * expected.Rows, 2 * expected.Rows, 0), answer);
        foreach (Expected.Standing standing in expected.Board)
        {
            Entry? original = await _mesh.Services.RankAsync(game, standing.Player);
            Entry? copy = await _mesh.Services.RankAsync(game, standing.Player + "~2");
            Assert.Equal((standing.Score, standing.Score), (original?.Score, copy?.Score));
            Assert.Equal(original?.ReachedAt, copy?.ReachedAt);
        }

        VerifyAnswer books = ToolAnswers.Read<VerifyAnswer>(await _mesh.VerifyAsync(game));
        Assert.Equal(2 * expected.Board.Count, books.Players);
        Assert.Equal(2 * expected.Items, books.RewardsIssued);
    }
}
