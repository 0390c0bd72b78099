using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Leaderboard.Core.Boards;
using Mesh.Wiring;

namespace Mesh.Leaderboard;

/// <summary>Requests to the core's words and back.</summary>
internal static class BoardMapping
{
    private const string DefaultCurrency = "points";
    private const int DefaultLimit = 10;

    public static BoardId ToId(BoardRef? board, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string game = ServiceErrors.RequireId(board?.GameId ?? string.Empty, "board.game_id");
        if (board!.Period.Length > 0)
        {
            throw Problems.Of(ErrorCodes.PeriodUnknown, "board.period", "The board has one period: the current one.")
                .ToRpcException();
        }

        string currency = board.Board.Length == 0
            ? DefaultCurrency
            : ServiceErrors.RequireId(board.Board, "board.board");
        return new BoardId(tenant, game, currency);
    }

    public static int ToLimit(uint limit, string field) => limit == 0 ? DefaultLimit : ToCount(limit, field);

    public static int ToCount(uint count, string field) => count <= ContractLimits.BoardEntries
        ? (int)count
        : throw Problems.Of(ErrorCodes.LimitRange, field, $"{field} is at most {ContractLimits.BoardEntries}.")
            .ToRpcException();

    /// <summary>A subject: <c>p/36070</c>.</summary>
    public static string RequireSubject(string subject) =>
        subject.StartsWith("p/", StringComparison.Ordinal) && CallTenant.IsId(subject.AsSpan(2))
            ? subject
            : throw Problems.Of(ErrorCodes.IdMalformed, "subject", "subject must be p/ and a player's id.")
                .ToRpcException();

    public static Entry ToEntry(BoardEntry entry) => new()
    {
        Rank = (ulong)entry.Rank,
        Subject = entry.Subject,
        Score = entry.Score,
        ReachedAt = DateTimeOffset.UnixEpoch.AddTicks(entry.ReachedUs * TimeSpan.TicksPerMicrosecond).ToTimestamp(),
    };
}
