using EndToEnd.Tests.Files;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>A real file, whole: some 139,000 check-ins of some 7,100 people.</summary>
[Collection(SharedMesh.Name)]
public sealed class GowallaTests(MeshFixture fixture)
{
    private readonly RunningMesh _mesh = fixture.Mesh;

    /// <summary>The books are those of an independent computation, and a second replay changes nothing.</summary>
    [MeshDataFact]
    public async Task Replay_WholeFileTwice_ComesToWhatTheFileSaysAndStaysThere()
    {
        Replayed replayed = await Replayed.FirstAsync(_mesh, MeshDataFactAttribute.Gowalla, "gowalla");
        await replayed.CheckTopAsync();
        await replayed.CheckBooksAsync();
        IReadOnlyList<string> before = await replayed.SeenAsync();

        await replayed.ReplayAsync();

        Assert.Equal(before, await replayed.SeenAsync());
    }
}
