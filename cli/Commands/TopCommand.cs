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
    private static readonly TimeSpan BeforeWatchingAgain = TimeSpan.FromMilliseconds(100);

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
        EntriesResponse top = await Patience.OfACommand().CallAsync(
            () => gateway.Leaderboard.TopAsync(
                new TopRequest { Board = board, Limit = limit }, cancellationToken: cancellation).ResponseAsync,
            cancellation);
        Print([.. top.Entries.Select(BoardRow.Of)], json);
        return 0;
    }

    private static async Task<int> WatchAsync(
        GatewayConnection gateway, BoardRef board, uint limit, bool json, CancellationToken cancellation)
    {
        WatchedBoard watched = new();
        while (true)
        {
            // Once it has begun, a watch that breaks begins anew, with a snapshot; then patience begins anew as well.
            using AsyncServerStreamingCall<WatchResponse> call = await Patience.OfACommand().CallAsync(
                () => BeginAsync(gateway, board, limit, cancellation), cancellation);
            try
            {
                bool first = true;
                do
                {
                    if (watched.Take(call.ResponseStream.Current, first))
                    {
                        Show(watched, json);
                    }

                    first = false;
                }
                while (await call.ResponseStream.MoveNext(cancellation));
                return 0;
            }
            catch (RpcException broken) when (Transient.Is(broken) && !cancellation.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"mesh: {broken.Status.Detail} Watching again.");
                await Task.Delay(Transient.WaitOf(broken) ?? BeforeWatchingAgain, cancellation);
            }
        }
    }

    /// <summary>A watch whose first message, the snapshot, has come.</summary>
    private static async Task<AsyncServerStreamingCall<WatchResponse>> BeginAsync(
        GatewayConnection gateway, BoardRef board, uint limit, CancellationToken cancellation)
    {
        AsyncServerStreamingCall<WatchResponse> call = gateway.Leaderboard.Watch(
            new WatchRequest { Board = board, Limit = limit }, cancellationToken: cancellation);
        try
        {
            return await call.ResponseStream.MoveNext(cancellation)
                ? call
                : throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "The watch ended at once."));
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private static void Show(WatchedBoard watched, bool json)
    {
        if (!json && !Console.IsOutputRedirected)
        {
            AnsiConsole.Clear();
        }

        Print(watched.Rows, json);
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

        Output.Write(table);
    }
}
