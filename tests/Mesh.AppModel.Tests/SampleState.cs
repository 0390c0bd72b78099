using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Provisioning;

namespace Mesh.AppModel.Tests;

/// <summary>A state directory and a block of free ports, which several runs may use one after the other.</summary>
internal sealed class SampleState : IDisposable
{
    private static readonly string Output = AppContext.BaseDirectory.TrimEnd('/');

    internal static string Configuration { get; } = Path.GetFileName(Path.GetDirectoryName(Output)!);

    internal static string HostProject { get; } = Path.GetFullPath(Path.Combine(Output, "../../../SampleHost"));

    internal static string HostAssembly { get; } =
        Path.Combine(HostProject, "bin", Configuration, Path.GetFileName(Output), "SampleHost.dll");

    internal string Folder { get; } = Directory.CreateTempSubdirectory("mesh-appmodel-").FullName;

    internal int PortBase { get; } = FindBlock();

    internal string[] Arguments => ["--state", Folder, "--ports", PortBase.ToString(CultureInfo.InvariantCulture)];

    internal string this[string name] => Path.Combine(Folder, name);

    internal JsonNode RunFile => JsonNode.Parse(File.ReadAllText(this["run.json"]))!;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Below the range from which free ports are taken, so that nobody else's free port lies in the block.</summary>
    private static int FindBlock()
    {
        int[] offsets = [0, 80, 92, 432];
        while (true)
        {
            var first = Random.Shared.Next(10_000, FreePorts.Lowest - 500);
            if (FreePorts.FirstTaken(offsets.Select(offset => first + offset)) is null)
            {
                return first;
            }
        }
    }
}
