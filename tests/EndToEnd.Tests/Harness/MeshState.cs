using System.Globalization;
using Mesh.Provisioning;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A state directory and a block of free ports, which several runs of a mesh may use one after the other.
/// </summary>
internal sealed class MeshState : IDisposable
{
    // Below the range from which free ports are taken, so that nobody else's free port lies in the block.
    private const int LowestBase = 10_000;
    private static readonly int[] Block = [0, 80, 92, 432];

    private readonly int _ports = FindBlock();

    internal string Folder { get; } = Directory.CreateTempSubdirectory("mesh-e2e-").FullName;

    /// <summary>Where AppHost says what runs, as long as it runs.</summary>
    internal string RunFile => Path.Combine(Folder, "run.json");

    internal string[] Arguments => ["--state", Folder, "--ports", _ports.ToString(CultureInfo.InvariantCulture)];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static int FindBlock()
    {
        while (true)
        {
            int first = Random.Shared.Next(LowestBase, FreePorts.Lowest - Block[^1] - 1);
            if (FreePorts.FirstTaken(Block.Select(offset => first + offset)) is null)
            {
                return first;
            }
        }
    }
}
