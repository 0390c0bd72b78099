using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Cli.Connection;

/// <summary>Where the mesh runs that was started here: <c>.mesh/run.json</c>, written while it runs.</summary>
internal sealed record RunFile
{
    private static readonly string[] RootMarks = [".git", "Mesh.sln"];

    [JsonPropertyName("gateway")]
    public string? Gateway { get; init; }

    [JsonPropertyName("gatewayWeb")]
    public string? GatewayWeb { get; init; }

    [JsonPropertyName("broker")]
    public string? Broker { get; init; }

    [JsonPropertyName("postgres")]
    public string? Postgres { get; init; }

    /// <summary>
    /// The file in a directory, or in the nearest one above it up to the root of the repository; null: there is none.
    /// </summary>
    /// <exception cref="CliException">The file is not JSON.</exception>
    internal static RunFile? Find(string directory)
    {
        string? root = RootAbove(directory);
        for (DirectoryInfo? at = new(directory); at is not null; at = at.Parent)
        {
            string path = Path.Combine(at.FullName, ".mesh", "run.json");
            if (File.Exists(path))
            {
                return Read(path);
            }

            if (root is null || at.FullName == root)
            {
                break;
            }
        }

        return null;
    }

    private static string? RootAbove(string directory)
    {
        for (DirectoryInfo? at = new(directory); at is not null; at = at.Parent)
        {
            if (RootMarks.Any(mark => Path.Exists(Path.Combine(at.FullName, mark))))
            {
                return at.FullName;
            }
        }

        return null;
    }

    private static RunFile Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunFile>(File.ReadAllText(path)) ?? new RunFile();
        }
        catch (JsonException failure)
        {
            throw new CliException($"{path} cannot be read: {failure.Message}");
        }
    }
}
