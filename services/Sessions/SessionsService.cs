using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Sessions.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Mesh.Wiring;
using Api = Mesh.Contracts.Sessions.V1;

namespace Mesh.Sessions;

/// <summary>IN: calls become queries. It translates, and decides nothing.</summary>
internal sealed class SessionsService(
    PartitionHost<SessionsProcessor> host, PeerCalls peers, SessionsAudit audit, TimeProvider clock)
    : Api.Sessions.SessionsBase
{
    /// <inheritdoc />
    public override Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string game = ServiceErrors.RequireId(request.GameId, "game_id");
        string player = ServiceErrors.RequireId(request.PlayerId, "player_id");
        string stream = Placement.Player(tenant, player);
        return peers.AnswerAsync(
            context,
            async () => new ListSessionsResponse
            {
                Sessions =
                {
                    (await host.QueryAsync(
                        Placement.Partition(stream),
                        stream,
                        partition => partition.SessionsOf(tenant, game, player),
                        context.CancellationToken)).Select(ToSession),
                },
                Meta = new ReadMeta { AsOf = clock.GetUtcNow().ToTimestamp(), Stale = !host.IsFresh },
            },
            (invoker, options) => new Api.Sessions.SessionsClient(invoker).ListSessionsAsync(request, options));
    }

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
        host.AnswerProgressAsync(
            peers,
            context,
            (invoker, options) => new Api.Sessions.SessionsClient(invoker).ProgressAsync(request, options));

    /// <inheritdoc />
    public override Task<ResendResponse> Resend(ResendRequest request, ServerCallContext context) =>
        host.ResendAsync(request, context);

    /// <inheritdoc />
    public override Task Audit(
        AuditRequest request, IServerStreamWriter<Api.AuditResponse> responseStream, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => audit.WriteAsync(
            CallTenant.Of(context),
            ServiceErrors.RequireId(request.GameId, "game_id"),
            responseStream,
            context.CancellationToken));

    private static Session ToSession(Core.Windows.Session session) => new()
    {
        SessionId = ByteString.CopyFrom(Ids.ToBytes(session.Id)),
        First = DateTimeOffset.UnixEpoch.AddTicks(session.FirstUs * TimeSpan.TicksPerMicrosecond).ToTimestamp(),
        Last = DateTimeOffset.UnixEpoch.AddTicks(session.LastUs * TimeSpan.TicksPerMicrosecond).ToTimestamp(),
        Actions = session.Actions,
    };
}
