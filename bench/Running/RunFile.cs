using System.Text.Json;

namespace Mesh.Bench.Running;

/// <summary>
/// What AppHost writes into its state directory when everything runs, and again whenever a part was started again.
/// </summary>
internal sealed record RunFile(
    int Host, string Gateway, string GatewayWeb, string Broker, string Postgres, IReadOnlyList<RunFile.Part> Processes)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>A process that AppHost has started.</summary>
    internal sealed record Part(string Name, int Pid, string Url);

    internal static RunFile Read(string path) =>
        JsonSerializer.Deserialize<RunFile>(File.ReadAllText(path), Json)
        ?? throw new BenchException($"{path} is empty.");
}
