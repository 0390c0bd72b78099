using EndToEnd.Tests.Files;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>A mesh of its own that ends, well or not, and comes back.</summary>
public sealed class RestartTests : IDisposable
{
    private const string Game = "synthetic";
    private readonly MeshState _state = new();
    private readonly string _file;

    /// <summary>Writes the file.</summary>
    public RestartTests()
    {
        _file = Path.Combine(_state.Folder, "synthetic.tsv");
        SyntheticCheckIns.Write(_file);
    }

    /// <inheritdoc />
    public void Dispose() => _state.Dispose();

    /// <summary>After a clean stop, everything is folded from the logs again, and goes on.</summary>
    [Fact]
    public async Task Mesh_StoppedAndStartedAgain_KnowsAllAndGoesOn()
    {
        IReadOnlyList<string> before;
        await using (RunningMesh mesh = await RunningMesh.StartAsync(_state))
        {
            before = await ReplayAsync(mesh);
            await mesh.StopCleanlyAsync();
        }

        await using RunningMesh again = await RunningMesh.StartAsync(_state, fresh: false);
        await CheckAsync(again, before);
        await again.StopCleanlyAsync();
    }

    /// <summary>When AppHost is killed, all that it started ends; the next start finds everything.</summary>
    [Fact]
    public async Task Mesh_AppHostKilled_LeavesNoProcessAndLosesNothing()
    {
        IReadOnlyList<string> before;
        await using (RunningMesh mesh = await RunningMesh.StartAsync(_state))
        {
            Assert.Equal(
                ["gateway", "ingestion", "kafka", "leaderboard", "postgres", "quests", "rewards", "sessions"],
                mesh.Alive().Order(StringComparer.Ordinal));
            before = await ReplayAsync(mesh);
            await mesh.KillAsync();
            await mesh.AllGoneAsync();
        }

        await using RunningMesh again = await RunningMesh.StartAsync(_state, fresh: false);
        await CheckAsync(again, before);
        await again.StopCleanlyAsync();
    }

    private async Task<IReadOnlyList<string>> ReplayAsync(RunningMesh mesh) =>
        await (await Replayed.FirstAsync(mesh, _file, Game)).SeenAsync();

    private async Task CheckAsync(RunningMesh mesh, IReadOnlyList<string> before)
    {
        Replayed replayed = new(mesh, _file, Game, Expected.Of(CheckInRow.ReadAll(_file)));
        Assert.Equal(before, await replayed.SeenAsync());
        await replayed.CheckTopAsync();
        await replayed.CheckBooksAsync();

        // What was sent before is known, and what is new counts on from there.
        await replayed.ReplayAsync();
        Assert.Equal(before, await replayed.SeenAsync());
        Expected.Standing first = replayed.Expected.Board[0];
        await mesh.Services.Ingestion.SubmitAsync(Actions.CheckIn(Game, first.Player, "a-venue-of-its-own"));
        await mesh.Services.ScoreAsync(Game, first.Player, first.Score + Games.Points);
    }
}
