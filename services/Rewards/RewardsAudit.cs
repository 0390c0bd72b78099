using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Wiring;
using CoreBalance = Mesh.Rewards.Core.Ledger.Balance;

namespace Mesh.Rewards;

/// <summary>
/// Tells what was issued, from the log at the moment it is asked, beside the wallets as the service holds them.
/// </summary>
internal sealed class RewardsAudit(PartitionHost<RewardsProcessor> host)
{
    private const int RewardsOfMessage = 1_000;

    public async Task WriteAsync(
        string tenant, string game, IServerStreamWriter<AuditResponse> stream, CancellationToken cancel)
    {
        Dictionary<string, long> mint = new(StringComparer.Ordinal);
        for (int n = 0; n < Placement.Partitions; n++)
        {
            Dictionary<string, AuditResponse> players = new(StringComparer.Ordinal);
            await foreach (StoredEvent stored in host.ReadLogAsync(n, cancel))
            {
                RewardIssued issued = RewardIssued.Parser.ParseFrom(stored.Body);
                if (issued.Tenant == tenant && issued.GameId == game)
                {
                    await NoteAsync(players, issued, stream);
                }
            }

            (Dictionary<string, CoreBalance[]> wallets, CoreBalance[] minted) = await host.QueryAsync(
                n, partition => Holdings(partition, tenant, game), cancel);
            foreach (CoreBalance balance in minted)
            {
                mint[balance.Currency] = mint.GetValueOrDefault(balance.Currency) + balance.Amount;
            }

            foreach ((string player, CoreBalance[] balances) in wallets)
            {
                AuditResponse message = players.GetValueOrDefault(player) ?? new AuditResponse { PlayerId = player };
                message.Balances.AddRange(balances.Select(b => ToBalance(b.Currency, b.Amount)));
                players.Remove(player);
                await stream.WriteAsync(message);
            }

            // Rewards of players without a wallet: the reader shall see that as well.
            foreach (AuditResponse message in players.Values)
            {
                await stream.WriteAsync(message);
            }
        }

        AuditResponse last = new();
        last.Balances.AddRange(mint.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => ToBalance(m.Key, m.Value)));
        await stream.WriteAsync(last);
    }

    private static async Task NoteAsync(
        Dictionary<string, AuditResponse> players, RewardIssued issued, IServerStreamWriter<AuditResponse> stream)
    {
        if (!players.TryGetValue(issued.PlayerId, out AuditResponse? message))
        {
            message = new AuditResponse { PlayerId = issued.PlayerId };
            players.Add(issued.PlayerId, message);
        }

        message.Rewards.Add(new Issued
        {
            RewardId = issued.RewardId,
            Currency = issued.Currency,
            Amount = issued.Amount,
            ReachedUs = issued.ReachedUs,
        });
        if (message.Rewards.Count >= RewardsOfMessage)
        {
            players.Remove(issued.PlayerId);
            await stream.WriteAsync(message);
        }
    }

    private static (Dictionary<string, CoreBalance[]> Wallets, CoreBalance[] Mint) Holdings(
        RewardsProcessor partition, string tenant, string game) =>
        (partition.Book.Accounts.Players(tenant, game).ToDictionary(
            player => player,
            player => partition.Book.Accounts.Balances(tenant, game, player),
            StringComparer.Ordinal),
        partition.Book.Accounts.Mint(tenant, game));

    private static Balance ToBalance(string currency, long amount) => new() { Currency = currency, Amount = amount };
}
