using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Mesh.Wiring;
using Api = Mesh.Contracts.Rewards.V1;

namespace Mesh.Rewards;

/// <summary>IN: calls become queries. It translates, and decides nothing.</summary>
internal sealed class RewardsService(
    PartitionHost<RewardsProcessor> host, PeerCalls peers, RewardsAudit audit, TimeProvider clock)
    : Api.Rewards.RewardsBase
{
    /// <inheritdoc />
    public override Task<Wallet> GetWallet(GetWalletRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string game = ServiceErrors.RequireId(request.GameId, "game_id");
        string player = ServiceErrors.RequireId(request.PlayerId, "player_id");
        string stream = Placement.Player(tenant, player);
        return peers.AnswerAsync(
            context,
            async () => new Wallet
            {
                Balances =
                {
                    (await host.QueryAsync(
                        Placement.Partition(stream),
                        stream,
                        partition => partition.Balances(tenant, game, player),
                        context.CancellationToken))
                        .Select(b => new Balance { Currency = b.Currency, Amount = b.Amount }),
                },
                Meta = new ReadMeta { AsOf = clock.GetUtcNow().ToTimestamp(), Stale = !host.IsFresh },
            },
            (invoker, options) => new Api.Rewards.RewardsClient(invoker).GetWalletAsync(request, options));
    }

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
        host.AnswerProgressAsync(
            peers,
            context,
            (invoker, options) => new Api.Rewards.RewardsClient(invoker).ProgressAsync(request, options));

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
            player => GetWallet(new GetWalletRequest { GameId = request.GameId, PlayerId = player }, context),
            context.CancellationToken));
}
