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
internal sealed class RewardsService(PartitionHost<RewardsProcessor> host, RewardsAudit audit, TimeProvider clock)
    : Api.Rewards.RewardsBase
{
    /// <inheritdoc />
    public override async Task<Wallet> GetWallet(GetWalletRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string game = ServiceErrors.RequireId(request.GameId, "game_id");
        string player = ServiceErrors.RequireId(request.PlayerId, "player_id");
        Core.Ledger.Balance[] balances = await ServiceErrors.AnswerAsync(() => host.QueryAsync(
            Placement.Partition(Placement.Player(tenant, player)),
            partition => partition.Balances(tenant, game, player),
            context.CancellationToken));
        return new Wallet
        {
            Balances = { balances.Select(b => new Balance { Currency = b.Currency, Amount = b.Amount }) },
            Meta = new ReadMeta { AsOf = clock.GetUtcNow().ToTimestamp() },
        };
    }

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => host.AnswerProgressAsync(context.CancellationToken));

    /// <inheritdoc />
    public override Task Audit(
        AuditRequest request, IServerStreamWriter<Api.AuditResponse> responseStream, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => audit.WriteAsync(
            CallTenant.Of(context),
            ServiceErrors.RequireId(request.GameId, "game_id"),
            responseStream,
            context.CancellationToken));
}
