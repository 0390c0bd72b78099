using System.Text.Json;
using Mesh.Bench.Running;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>
/// Clients in a process of their own, which takes what others leave of the processors: a hidden command of this program
/// that ends with a line of JSON.
/// </summary>
internal static class ClientProcess
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    /// <summary>Runs it until it ends by itself, or is asked to because it is over.</summary>
    /// <exception cref="BenchException">It failed; the message holds what it said.</exception>
    internal static async Task<T> RunAsync<T>(string[] arguments, Task over, CancellationToken cancellation)
    {
        string? answer = null;
        List<string> errors = [];
        await using ChildProcess process = Programs.StartModestly(
            typeof(ClientProcess).Assembly.Location, arguments, line => answer = line, errors.Add);
        try
        {
            await Task.WhenAny(process.Exited, over).WaitAsync(cancellation);
        }
        finally
        {
            await process.StopAsync(StopLimit);
        }

        int code = await process.Exited;
        return code == 0 && answer is not null
            ? JsonSerializer.Deserialize<T>(answer)!
            : throw new BenchException($"bench {arguments[0]} ended with {code}: {string.Join('\n', errors)}");
    }
}
