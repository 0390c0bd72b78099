using System.CommandLine;
using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Cli.Top;
using Mesh.Contracts;
using Mesh.Contracts.Leaderboard.V1;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh top</c>: who leads a game, once or as it changes.</summary>
internal static class TopCommand
{
    internal static Command Create()
    {
        Argument<string> game = new("game") { Description = "The game." };
        Option<int> limit = new("--limit")
        {
            Description = $"So many entries, at most {ContractLimits.BoardEntries}.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        Option<bool> watch = new("--watch") { Description = "Goes on, and prints the board whenever it changes." };
        Option<string?> gateway = Places.GatewayOption();
        Option<bool> json = Places.JsonOption();
        Command command = new("top", "Shows who leads a game.") { game, limit, watch, gateway, json };
        command.SetAction((parsed, cancellation) =>
        {
            BoardRef board = new() { GameId = parsed.GetValue(game)! };
            uint entries = parsed.GetValue(limit) is var n and >= 1 and <= ContractLimits.BoardEntries
                ? (uint)n
                : throw new CliException($"--limit must be from 1 to {ContractLimits.BoardEntries}.");
            return GatewayConnection.UseAsync(
                parsed.GetValue(gateway),
                connection => parsed.GetValue(watch)
                    ? WatchAsync(connection, board, entries, parsed.GetValue(json), cancellation)
                    : OnceAsync(connection, board, entries, parsed.GetValue(json), cancellation),
                cancellation);
        });
        return command;
    }

    private static async Task<int> OnceAsync(
        GatewayConnection gateway, BoardRef board, uint limit, bool json, CancellationToken cancellation)
    {
        EntriesResponse top = await gateway.Leaderboard.TopAsync(
            new TopRequest { Board = board, Limit = limit }, cancellationToken: cancellation);
        Print([.. top.Entries.Select(BoardRow.Of)], json);
        return 0;
    }

    private static async Task<int> WatchAsync(
        GatewayConnection gateway, BoardRef board, uint limit, bool json, CancellationToken cancellation)
    {
        using AsyncServerStreamingCall<WatchResponse> call = gateway.Leaderboard.Watch(
            new WatchRequest { Board = board, Limit = limit }, cancellationToken: cancellation);
        WatchedBoard watched = new();
        bool first = true;
        while (await call.ResponseStream.MoveNext(cancellation))
        {
            if (watched.Take(call.ResponseStream.Current, first))
            {
                if (!json && !Console.IsOutputRedirected)
                {
                    AnsiConsole.Clear();
                }

                Print(watched.Rows, json);
            }

            first = false;
        }

        return 0;
    }

    private static void Print(IReadOnlyList<BoardRow> rows, bool json)
    {
        if (json)
        {
            Console.WriteLine(Output.ToJson(rows));
            return;
        }

        Table table = new Table().Border(TableBorder.Minimal)
            .AddColumn(new TableColumn("rank").RightAligned())
            .AddColumn("player")
            .AddColumn(new TableColumn("score").RightAligned())
            .AddColumn("reached at");
        foreach (BoardRow row in rows)
        {
            table.AddRow($"{row.Rank}", Markup.Escape(row.Player), $"{row.Score}", row.ReachedAt);
        }

        AnsiConsole.Write(table);
    }
}
