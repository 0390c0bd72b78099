using System.Diagnostics;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary><c>grpcio</c>, gRPC's core in C++, from Python: Debian's package <c>python3-grpcio</c>.</summary>
internal sealed class PythonPeer : Peer
{
    public const string PeerName = "grpcio";
    private const int LookMs = 20_000;

    private static readonly Lazy<(string? Python, string Version)> Found = new(Look);
    private static readonly Lazy<string> Messages = new(WriteDescriptors);

    public override string Name => PeerName;

    public override string Version => Found.Value.Version;

    public override string? Missing => Found.Value.Python is null
        ? "no Python has grpcio and protobuf: apt-get install python3-grpcio python3-protobuf"
        : null;

    public override ProcessStartInfo Start(string program, params string[] flags) => new(
        Found.Value.Python!,
        ["-B", Path.Combine(Folder, "python", $"{program}.py"), $"--descriptors={Messages.Value}", .. flags]);

    // The system's own Python comes first: Debian's packages are for no other.
    private static (string? Python, string Version) Look()
    {
        foreach (var python in (string[])["/usr/bin/python3", "python3"])
        {
            var (status, output, _) = Run(
                python, Folder, LookMs, "-c", "import grpc, google.protobuf; print(grpc.__version__)");
            if (status == 0)
            {
                return (python, output);
            }
        }

        return (null, "");
    }

    private static string WriteDescriptors()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "interop.protoset");
        Descriptors.Write(path);
        return path;
    }
}
