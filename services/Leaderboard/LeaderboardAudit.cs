using Grpc.Core;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.EventStore;
using Mesh.Leaderboard.Core.Boards;
using Mesh.Partitions;

namespace Mesh.Leaderboard;

/// <summary>Tells, for each subject, what the log sums to and what the board shows, both at one moment.</summary>
internal sealed class LeaderboardAudit(PartitionHost<LeaderboardProcessor> host)
{
    public async Task WriteAsync(
        string tenant, string game, IServerStreamWriter<AuditResponse> stream, CancellationToken cancel)
    {
        // 1. In one turn of the loop: all entries, and how far of each log they show.
        (Dictionary<(string, string), AuditResponse> subjects, long[] shown) = await host.QueryAsync(
            0, partition => (Entries(partition.Boards, tenant, game), partition.Boards.Shown.ToArray()), cancel);

        // 2. The logs up to there.
        for (int n = 0; n < shown.Length; n++)
        {
            await foreach (StoredEvent stored in host.Store.ReadAsync(n, host.Store.Origin + 1, shown[n], cancel))
            {
                RewardIssued issued = RewardIssued.Parser.ParseFrom(stored.Body);
                if (issued.Tenant == tenant && issued.GameId == game)
                {
                    Note(subjects, issued);
                }
            }
        }

        foreach (AuditResponse subject in subjects.Values)
        {
            await stream.WriteAsync(subject, cancel);
        }
    }

    private static Dictionary<(string Subject, string Currency), AuditResponse> Entries(
        BoardsView boards, string tenant, string game)
    {
        Dictionary<(string, string), AuditResponse> subjects = [];
        foreach ((string currency, Board board) in boards.Of(tenant, game))
        {
            foreach (BoardEntry entry in board.Top(board.Count))
            {
                subjects.Add((entry.Subject, currency), new AuditResponse
                {
                    Subject = entry.Subject,
                    Currency = currency,
                    BoardScore = entry.Score,
                    BoardReachedUs = entry.ReachedUs,
                });
            }
        }

        return subjects;
    }

    private static void Note(Dictionary<(string Subject, string Currency), AuditResponse> subjects, RewardIssued issued)
    {
        string name = $"p/{issued.PlayerId}";
        if (!subjects.TryGetValue((name, issued.Currency), out AuditResponse? subject))
        {
            subject = new AuditResponse { Subject = name, Currency = issued.Currency };
            subjects.Add((name, issued.Currency), subject);
        }

        subject.Rewards++;
        subject.LogScore += issued.Amount;
        subject.LogReachedUs = subject.Rewards == 1
            ? issued.ReachedUs
            : Math.Max(subject.LogReachedUs, issued.ReachedUs);
    }
}
