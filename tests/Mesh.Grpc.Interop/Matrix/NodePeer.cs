using System.Diagnostics;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary><c>@grpc/grpc-js</c> on Node.js; its packages are installed by npm when they are not there.</summary>
internal sealed class NodePeer : Peer
{
    public const string PeerName = "@grpc/grpc-js";
    private const int LookMs = 10_000;
    private const int InstallMs = 120_000;

    private static readonly string Programs = Path.Combine(Folder, "node");
    private static readonly Lazy<string?> Lack = new(Look);

    public override string Name => PeerName;

    public override string Version => Run(
        "node", Programs, LookMs, "-p", "require('@grpc/grpc-js/package.json').version").Output;

    public override string? Missing => Lack.Value;

    public override ProcessStartInfo Start(string program, params string[] flags) =>
        new("node", [Path.Combine(Programs, $"{program}.js"), .. flags]);

    private static string? Look()
    {
        if (Run("node", Programs, LookMs, "--version").Status != 0)
        {
            return "node is not installed";
        }

        if (Directory.Exists(Path.Combine(Programs, "node_modules", "@grpc", "grpc-js")))
        {
            return null;
        }

        var (status, _, errors) = Run("npm", Programs, InstallMs, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        return status == 0 ? null : $"npm ci in peers/node failed: {errors.Split('\n')[0]}";
    }
}
