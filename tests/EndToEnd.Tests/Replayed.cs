using EndToEnd.Tests.Files;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>A file, the game that it is replayed into, and what must come of it.</summary>
internal sealed record Replayed(RunningMesh Mesh, string Path, string Game, Expected Expected)
{
    /// <summary>Replays a file for the first time; every row must be accepted and visible.</summary>
    internal static async Task<Replayed> FirstAsync(RunningMesh mesh, string path, string game)
    {
        Replayed replayed = new(mesh, path, game, Expected.Of(CheckInRow.ReadAll(path)));
        await replayed.ReplayAsync();
        return replayed;
    }

    internal async Task ReplayAsync()
    {
        ReplayAnswer answer = await Mesh.ReplayAsync(Path, Game);
        Assert.Equal(new ReplayAnswer(Game, Expected.Rows, Expected.Rows, Expected.Rows, 0), answer);
    }

    /// <summary>The books agree with each other and with what the test has worked out from the file.</summary>
    internal async Task CheckBooksAsync()
    {
        VerifyAnswer books = ToolAnswers.Read<VerifyAnswer>(await Mesh.VerifyAsync(Game));
        Assert.Empty(books.Differences);
        Assert.Equal(
            new VerifyAnswer(
                Game,
                Expected.Rows,
                Expected.Rows,
                Expected.Items,
                Expected.Items,
                0,
                Expected.Sessions,
                Expected.Board.Count,
                0,
                books.Differences),
            books);
    }

    /// <summary>The first hundred stand as the test has worked it out, ties and times included.</summary>
    internal async Task CheckTopAsync() =>
        Assert.Equal(Expected.Top(), ToolAnswers.Read<TopLine[]>(await Mesh.TopAsync(Game)));

    /// <summary>All that can be seen of the game, and how much every store holds.</summary>
    internal async Task<IReadOnlyList<string>> SeenAsync() =>
    [
        await Mesh.VerifyAsync(Game),
        await Mesh.TopAsync(Game),
        .. await Mesh.Stores.ExtentAsync(),
    ];
}
