using Mesh.Grpc.Interop.Client;
using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Peers;

/// <summary>This library on both ends, and what the matrix leaves out.</summary>
public sealed class MatrixTests(MatrixTests.Run run) : IClassFixture<MatrixTests.Run>
{
    public static TheoryData<string> All => CaseRows.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Case_MeshCallsMesh_Passes(string name) =>
        Assert.Null(run.Outcomes.Single(o => o.Case == name).Failure);

    [Fact]
    public void Official_Cases_Are19() => Assert.Equal(19, Cases.Official.Count());

    [Fact]
    public void Exclusions_AreOfKnownCasesAndHaveAReason() => Assert.All(Exclusion.All, exclusion =>
    {
        Assert.Contains(exclusion.Case, Cases.Official);
        Assert.True(exclusion.Instead is null || Cases.Known(exclusion.Instead));
        Assert.NotEmpty(exclusion.Reason);
        Assert.Contains(Peer.All, peer => peer.Name == exclusion.Peer);
    });

    [Fact]
    public void Page_NamesEveryCaseAndEveryExclusion()
    {
        var page = File.ReadAllText(Path.Combine(Peer.Root, "docs", "INTEROP.md"));
        Assert.All(Cases.Official, name => Assert.Contains($"| {name} |", page, StringComparison.Ordinal));
        Assert.All(Exclusion.All, e => Assert.Contains(e.Reason, page, StringComparison.Ordinal));
        Assert.DoesNotContain("FAILED", page, StringComparison.Ordinal);
    }

    /// <summary>One run for all.</summary>
    public sealed class Run : IAsyncLifetime
    {
        internal Outcome[] Outcomes { get; private set; } = [];

        public async Task InitializeAsync() => Outcomes = await MatrixRun.AloneAsync();

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
