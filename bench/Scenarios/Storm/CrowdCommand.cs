using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mesh.Bench.Running;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>
/// <c>bench crowd</c>: the clients of <c>bench storm</c>, in a process of their own that takes only what others leave.
/// </summary>
internal static class CrowdCommand
{
    private const string Name = "crowd";
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    internal static Command Create()
    {
        Argument<string> gateway = new("gateway") { Description = "Its address." };
        Argument<string> game = new("game") { Description = "Where they ping." };
        Argument<int> clients = new("clients") { Description = "How many." };
        Option<bool> warmUp = new("--warm-up") { Description = "They are not the ones that count." };
        Command command = new(Name, "The clients of the scenario storm.") { gateway, game, clients, warmUp };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            Crowd crowd = new(
                new Uri(parsed.GetValue(gateway)!),
                parsed.GetValue(game)!,
                parsed.GetValue(warmUp) ? Mark.WarmUp : Mark.Crowd,
                parsed.GetValue(clients));
            Console.WriteLine(JsonSerializer.Serialize(await crowd.RunAsync(cancellation)));
        });
        return command;
    }

    /// <summary>Runs it as a process.</summary>
    /// <exception cref="BenchException">It failed; the message holds what it said.</exception>
    internal static async Task<CrowdResult> RunAsync(
        string gateway, string game, int clients, bool warmUp, CancellationToken cancellation)
    {
        string? answer = null;
        List<string> errors = [];
        await using ChildProcess process = Programs.StartModestly(
            typeof(CrowdCommand).Assembly.Location,
            [
                Name, gateway, game, clients.ToString(CultureInfo.InvariantCulture),
                .. warmUp ? new[] { "--warm-up" } : [],
            ],
            line => answer = line,
            errors.Add);
        try
        {
            int code = await process.Exited.WaitAsync(cancellation);
            return code == 0 && answer is not null
                ? JsonSerializer.Deserialize<CrowdResult>(answer)!
                : throw new BenchException($"The crowd ended with {code}: {string.Join('\n', errors)}");
        }
        finally
        {
            await process.StopAsync(StopLimit);
        }
    }
}
