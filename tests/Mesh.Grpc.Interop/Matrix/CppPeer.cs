using System.Diagnostics;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>
/// <c>grpc++</c>: Debian's <c>libgrpc++-dev</c>. It shows the compressed flags, and so runs every case whole. Compiling
/// it takes a minute; that is done by hand.
/// </summary>
internal sealed class CppPeer : Peer
{
    public const string PeerName = "grpc++";
    private const int LookMs = 10_000;

    private static readonly string Built = Path.Combine(Folder, "cpp", "build");

    public override string Name => PeerName;

    public override string Version => Run(Path.Combine(Built, "client"), Built, LookMs, "--version=").Output;

    public override string? Missing => File.Exists(Path.Combine(Built, "server"))
        ? null
        : "not compiled: apt-get install g++ libgrpc++-dev protobuf-compiler-grpc, then run peers/cpp/build.sh";

    public override ProcessStartInfo Start(string program, params string[] flags) =>
        new(Path.Combine(Built, program), flags);
}
