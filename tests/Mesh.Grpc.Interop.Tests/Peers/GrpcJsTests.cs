using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Peers;

/// <summary>The cases against <c>@grpc/grpc-js</c> on Node.js.</summary>
public sealed class GrpcJsTests(GrpcJsTests.Run run) : IClassFixture<GrpcJsTests.Run>
{
    public static TheoryData<string> Calls => CaseRows.Of(NodePeer.PeerName, Direction.MeshCalls);

    public static TheoryData<string> Serves => CaseRows.Of(NodePeer.PeerName, Direction.MeshServes);

    [PeerTheory(NodePeer.PeerName)]
    [MemberData(nameof(Calls))]
    public void Case_MeshCallsPeer_Passes(string name) => Assert.Null(run.Of(name, Direction.MeshCalls).Failure);

    [PeerTheory(NodePeer.PeerName)]
    [MemberData(nameof(Serves))]
    public void Case_PeerCallsMesh_Passes(string name) => Assert.Null(run.Of(name, Direction.MeshServes).Failure);

    /// <summary>One run for all.</summary>
    public sealed class Run : PeerRun
    {
        private protected override Peer Peer { get; } = Peer.All.Single(p => p.Name == NodePeer.PeerName);
    }
}
