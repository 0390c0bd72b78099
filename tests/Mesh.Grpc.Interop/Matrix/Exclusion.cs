using Mesh.Grpc.Interop.Client;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>A case that a peer cannot run, or cannot run whole.</summary>
/// <param name="Peer">The peer's name.</param>
/// <param name="Direction">Who calls whom.</param>
/// <param name="Case">The case's official name.</param>
/// <param name="Instead">The case that is run in its place; null: none.</param>
/// <param name="Reason">What the peer lacks.</param>
internal sealed record Exclusion(string Peer, Direction Direction, string Case, string? Instead, string Reason)
{
    private const string NoFlagShown =
        "its server shows a handler neither a request's compressed flag nor its encoding, so that the probe, a request "
        + "that lies about itself, cannot be refused; the compressed requests themselves are sent and read";

    private const string NoCompression = "its server sends no compressed response";

    private const string AllOrNone =
        "its client compresses all messages of a call or none, and the case wants one of each";

    /// <summary>All there are; whatever is not here has to pass.</summary>
    public static readonly Exclusion[] All =
    [
        new(NodePeer.PeerName, Direction.MeshCalls, "client_compressed_unary",
            Cases.ClientCompressedUnaryNoProbe, NoFlagShown),
        new(NodePeer.PeerName, Direction.MeshCalls, "client_compressed_streaming",
            Cases.ClientCompressedStreamingNoProbe, NoFlagShown),
        new(NodePeer.PeerName, Direction.MeshCalls, "server_compressed_unary", null, NoCompression),
        new(NodePeer.PeerName, Direction.MeshCalls, "server_compressed_streaming", null, NoCompression),
        new(PythonPeer.PeerName, Direction.MeshCalls, "client_compressed_unary",
            Cases.ClientCompressedUnaryNoProbe, NoFlagShown),
        new(PythonPeer.PeerName, Direction.MeshCalls, "client_compressed_streaming",
            Cases.ClientCompressedStreamingNoProbe, NoFlagShown),
        new(PythonPeer.PeerName, Direction.MeshServes, "client_compressed_streaming", null, AllOrNone),
    ];

    /// <summary>What keeps a peer from a case; null: nothing.</summary>
    public static Exclusion? Find(string peer, Direction direction, string name) =>
        Array.Find(All, e => e.Peer == peer && e.Direction == direction && e.Case == name);
}
