using System.Runtime.CompilerServices;
using Grpc.Core;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.EventStore;
using Mesh.Leaderboard.Core.Boards;
using Mesh.Partitions;

namespace Mesh.Leaderboard;

/// <summary>Tells, for each subject, what the log sums to and what the board shows, both at one moment.</summary>
internal sealed class LeaderboardAudit(PartitionHost<LeaderboardProcessor> host, BoardsView boards)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public async Task WriteAsync(
        string tenant, string game, IServerStreamWriter<AuditResponse> stream, CancellationToken cancel)
    {
        // 1. In one turn of the loop: all entries, and how many events of each log they show.
        (Dictionary<(string, string), AuditResponse> subjects, long[] shown) = await host.AskBoardsAsync(
            () => (Entries(boards, tenant, game), boards.Shown.ToArray()), cancel);

        // 2. The logs up to there.
        for (int n = 0; n < shown.Length; n++)
        {
            await foreach (StoredEvent stored in FirstAsync(n, shown[n], cancel))
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

    // What a follower shows, its owner may be about to commit: the log has it in a moment.
    private async IAsyncEnumerable<StoredEvent> FirstAsync(
        int partition, long count, [EnumeratorCancellation] CancellationToken cancel)
    {
        long from = host.Store.Origin + 1;
        while (count > 0)
        {
            await foreach (StoredEvent stored in host.Store.ReadAsync(partition, from, long.MaxValue, cancel))
            {
                yield return stored;
                from = stored.Position + 1;
                if (--count == 0)
                {
                    yield break;
                }
            }

            await Task.Delay(Pause, cancel);
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
