using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary><c>bench crowd</c>: the clients of <c>bench storm</c> that come back.</summary>
internal static class CrowdCommand
{
    private const string Name = "crowd";

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
    internal static Task<CrowdResult> RunAsync(
        string gateway, string game, int clients, bool warmUp, CancellationToken cancellation) =>
        ClientProcess.RunAsync<CrowdResult>(
            [
                Name, gateway, game, clients.ToString(CultureInfo.InvariantCulture),
                .. warmUp ? new[] { "--warm-up" } : [],
            ],
            over: Task.Delay(Timeout.Infinite, cancellation),
            cancellation);
}
