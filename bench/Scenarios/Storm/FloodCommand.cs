using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary><c>bench flood</c>: the tenant of <c>bench storm</c> that sends too much, until it is ended.</summary>
internal static class FloodCommand
{
    private const string Name = "flood";

    internal static Command Create()
    {
        Argument<string> door = new("door") { Description = "The address of an instance of Ingestion." };
        Argument<int> rate = new("rate") { Description = "Actions a second." };
        Command command = new(Name, "The greedy tenant of the scenario storm.") { door, rate };
        command.Hidden = true;
        command.SetAction(async (parsed, over) =>
        {
            using Flood flood = new(parsed.GetValue(door)!, parsed.GetValue(rate));
            Console.WriteLine(JsonSerializer.Serialize(await flood.RunAsync(over)));
        });
        return command;
    }

    /// <summary>Runs it as a process.</summary>
    /// <exception cref="BenchException">It failed; the message holds what it said.</exception>
    internal static Task<FloodResult> RunAsync(string door, int rate, Task over, CancellationToken cancellation) =>
        ClientProcess.RunAsync<FloodResult>(
            [Name, door, rate.ToString(CultureInfo.InvariantCulture)], over, cancellation);
}
