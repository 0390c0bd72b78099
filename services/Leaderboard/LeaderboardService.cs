using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Leaderboard.Core.Boards;
using Mesh.Partitions;
using Mesh.Wiring;
using Api = Mesh.Contracts.Leaderboard.V1;

namespace Mesh.Leaderboard;

/// <summary>IN: calls become queries. It translates, and decides nothing.</summary>
internal sealed class LeaderboardService(
    PartitionHost<LeaderboardProcessor> host,
    PeerCalls peers,
    BoardsView boards,
    BoardWatch watch,
    LeaderboardAudit audit,
    TimeProvider clock)
    : Api.Leaderboard.LeaderboardBase
{
    /// <inheritdoc />
    public override async Task<EntriesResponse> Top(TopRequest request, ServerCallContext context)
    {
        BoardId id = BoardMapping.ToId(request.Board, context);
        int limit = BoardMapping.ToLimit(request.Limit, "limit");
        return await AskAsync(id, board => Answer(board.Top(limit), board.Count), context);
    }

    /// <inheritdoc />
    public override async Task<RankResponse> Rank(RankRequest request, ServerCallContext context)
    {
        BoardId id = BoardMapping.ToId(request.Board, context);
        string subject = BoardMapping.RequireSubject(request.Subject);
        return await AskAsync(
            id,
            board => new RankResponse
            {
                Entry = board.RankOf(subject) is { } entry ? BoardMapping.ToEntry(entry) : null,
                Total = (ulong)board.Count,
                Meta = Meta(),
            },
            context);
    }

    /// <inheritdoc />
    public override async Task<EntriesResponse> Around(AroundRequest request, ServerCallContext context)
    {
        BoardId id = BoardMapping.ToId(request.Board, context);
        string subject = BoardMapping.RequireSubject(request.Subject);
        int above = BoardMapping.ToCount(request.Above, "above");
        int below = BoardMapping.ToCount(request.Below, "below");
        return await AskAsync(id, board => Answer(board.Around(subject, above, below), board.Count), context);
    }

    /// <inheritdoc />
    public override Task Watch(
        WatchRequest request, IServerStreamWriter<WatchResponse> responseStream, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => watch.WriteAsync(
            BoardMapping.ToId(request.Board, context),
            BoardMapping.ToLimit(request.Limit, "limit"),
            responseStream,
            context.CancellationToken));

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
        host.AnswerProgressAsync(
            peers,
            context,
            (invoker, options) => new Api.Leaderboard.LeaderboardClient(invoker).ProgressAsync(request, options));

    /// <inheritdoc />
    public override Task Audit(
        AuditRequest request, IServerStreamWriter<Api.AuditResponse> responseStream, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => audit.WriteAsync(
            CallTenant.Of(context),
            ServiceErrors.RequireId(request.GameId, "game_id"),
            responseStream,
            context.CancellationToken));

    private Task<T> AskAsync<T>(BoardId id, Func<Board, T> question, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => host.AskBoardsAsync(
            () => question(boards.Find(id)), context.CancellationToken));

    private EntriesResponse Answer(BoardEntry[] entries, int total) => new()
    {
        Entries = { entries.Select(BoardMapping.ToEntry) },
        Total = (ulong)total,
        Meta = Meta(),
    };

    private ReadMeta Meta() => new() { AsOf = clock.GetUtcNow().ToTimestamp(), Stale = !host.IsFresh };
}
