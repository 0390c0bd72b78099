using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Peers;

/// <summary>The cases against <c>grpcio</c>, the core in C++, from Python.</summary>
public sealed class GrpcioTests(GrpcioTests.Run run) : IClassFixture<GrpcioTests.Run>
{
    public static TheoryData<string> Calls => CaseRows.Of(PythonPeer.PeerName, Direction.MeshCalls);

    public static TheoryData<string> Serves => CaseRows.Of(PythonPeer.PeerName, Direction.MeshServes);

    [PeerTheory(PythonPeer.PeerName)]
    [MemberData(nameof(Calls))]
    public void Case_MeshCallsPeer_Passes(string name) => Assert.Null(run.Of(name, Direction.MeshCalls).Failure);

    [PeerTheory(PythonPeer.PeerName)]
    [MemberData(nameof(Serves))]
    public void Case_PeerCallsMesh_Passes(string name) => Assert.Null(run.Of(name, Direction.MeshServes).Failure);

    /// <summary>One run for all.</summary>
    public sealed class Run : PeerRun
    {
        private protected override Peer Peer { get; } = Peer.All.Single(p => p.Name == PythonPeer.PeerName);
    }
}
