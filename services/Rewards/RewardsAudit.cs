using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Rewards;

/// <summary>
/// Tells what was issued and what left the mint, from the log at the moment it is asked, beside the wallets as the
/// service holds them.
/// </summary>
internal sealed class RewardsAudit(PartitionHost<RewardsProcessor> host)
{
    private const int RewardsOfMessage = 1_000;
    private const int WalletsAtOnce = 256;

    /// <param name="tenant">Whose game.</param>
    /// <param name="game">The game.</param>
    /// <param name="stream">Takes the answers.</param>
    /// <param name="wallet">Asks for a player's wallet, wherever that is.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task WriteAsync(
        string tenant,
        string game,
        IServerStreamWriter<AuditResponse> stream,
        Func<string, Task<Wallet>> wallet,
        CancellationToken cancel)
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
                    // What a player got left the mint: the books balance when the wallets hold as much.
                    mint[issued.Currency] = checked(mint.GetValueOrDefault(issued.Currency) - issued.Amount);
                    await NoteAsync(players, issued, stream, cancel);
                }
            }

            await WriteWalletsAsync(players, stream, wallet, cancel);
        }

        AuditResponse last = new();
        last.Balances.AddRange(mint.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => ToBalance(m.Key, m.Value)));
        await stream.WriteAsync(last, cancel);
    }

    private static async Task WriteWalletsAsync(
        Dictionary<string, AuditResponse> players,
        IServerStreamWriter<AuditResponse> stream,
        Func<string, Task<Wallet>> wallet,
        CancellationToken cancel)
    {
        foreach (string[] some in players.Keys.Chunk(WalletsAtOnce))
        {
            Wallet[] wallets = await Task.WhenAll(some.Select(wallet));
            for (int i = 0; i < some.Length; i++)
            {
                AuditResponse message = players[some[i]];
                message.Balances.AddRange(wallets[i].Balances);
                await stream.WriteAsync(message, cancel);
            }
        }
    }

    private static async Task NoteAsync(
        Dictionary<string, AuditResponse> players,
        RewardIssued issued,
        IServerStreamWriter<AuditResponse> stream,
        CancellationToken cancel)
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
            players[issued.PlayerId] = new AuditResponse { PlayerId = issued.PlayerId };
            await stream.WriteAsync(message, cancel);
        }
    }

    private static Balance ToBalance(string currency, long amount) => new() { Currency = currency, Amount = amount };
}
