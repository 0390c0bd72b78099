using System.CommandLine;
using Mesh.Cli.Connection;
using Mesh.Cli.Replay;
using Mesh.Contracts;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh replay</c>: sends a file of check-ins and returns when the leaderboard shows them.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromDays(7);

    internal static Command Create()
    {
        Argument<string> file = new("file")
        {
            Description = "Check-ins: player, utc, latitude, longitude, venue, by tabs; .tsv or .tsv.gz.",
        };
        Option<string?> game = new("--game")
        {
            Description = "The game; else named as the file. Made when there is none.",
        };
        Option<long?> limit = new("--limit") { Description = "Sends the first so many rows.", HelpName = "N" };
        Option<int> copies = new("--copies")
        {
            Description = "Sends each row for so many players: P, P~2, …, P~N.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        Option<double?> speed = new("--speed")
        {
            Description = "Sends at so many times the recorded speed; else as fast as it goes.", HelpName = "X",
        };
        Option<int> giveUpAfter = new("--give-up-after")
        {
            Description = "Rides out a mesh that is away, but ends after so many seconds without a step forward.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };
        Option<string?> gateway = Places.GatewayOption();
        Option<bool> json = Places.JsonOption();
        Command command = new("replay", "Sends a file of check-ins, returns when the leaderboard shows them.")
        {
            file, game, limit, copies, speed, giveUpAfter, gateway, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string path = parsed.GetValue(file)!;
            ReplayRequest request = Checked(new ReplayRequest(
                path,
                parsed.GetValue(game) ?? CheckInFile.GameOf(path),
                parsed.GetValue(limit) ?? long.MaxValue,
                parsed.GetValue(copies),
                parsed.GetValue(speed),
                TimeSpan.FromSeconds(parsed.GetValue(giveUpAfter))));
            return GatewayConnection.UseAsync(
                parsed.GetValue(gateway),
                connection => RunAsync(new Replayer(connection, request), parsed.GetValue(json), cancellation),
                cancellation);
        });
        return command;
    }

    private static ReplayRequest Checked(ReplayRequest request) =>
        !CallTenant.IsId(request.Game)
            ? throw new CliException($"'{request.Game}' cannot name a game: [A-Za-z0-9._~-], 64 at most. Use --game.")
        : request.Limit < 1 ? throw new CliException("--limit must be at least 1.")
        : request.Copies < 1 ? throw new CliException("--copies must be at least 1.")
        : request.Speed is <= 0 or double.NaN ? throw new CliException("--speed must be more than 0.")
        : request.GiveUpAfter < TimeSpan.FromSeconds(1) || request.GiveUpAfter > LongestPatience
            ? throw new CliException($"--give-up-after must be from 1 to {LongestPatience.TotalSeconds:0}.")
        : request;

    private static async Task<int> RunAsync(Replayer replayer, bool json, CancellationToken cancellation)
    {
        ReplayReport report = json
            ? await replayer.RunAsync(cancellation)
            : await ReplayDisplay.ShowAsync(replayer, cancellation);
        if (json)
        {
            Console.WriteLine(Output.ToJson(report));
        }
        else
        {
            Console.WriteLine(
                $"{report.Game}: {report.Rows:N0} rows, "
                + $"{report.Accepted:N0} accepted in {report.SecondsToAccept:0.000} s, "
                + $"visible after {report.SecondsUntilVisible:0.000} s ({report.ActionsPerSecond:N0}/s), "
                + $"{report.Refused:N0} refused.");
        }

        foreach (string refusal in report.Refusals)
        {
            await Console.Error.WriteLineAsync($"mesh: refused: {refusal}");
        }

        return report.Refused == 0 ? 0 : 1;
    }
}
