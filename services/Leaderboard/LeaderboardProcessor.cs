using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Leaderboard;

/// <summary>
/// One partition of Leaderboard. It decides nothing: each reward that arrives is kept in the log as it came, and
/// boards show what is committed. All partitions share the boards, since one loop owns them all.
/// </summary>
internal sealed class LeaderboardProcessor : IPartitionProcessor
{
    // Parsed when it arrives, shown when it is committed, in the same order.
    private readonly Queue<RewardIssued> _uncommitted = new();
    private readonly LeaderboardProcessor[] _all;

    private LeaderboardProcessor(BoardsView boards, LeaderboardProcessor[] all)
    {
        Boards = boards;
        _all = all;
    }

    /// <summary>The boards of all partitions.</summary>
    public BoardsView Boards { get; }

    /// <summary>The last position that the boards show of this partition; 0: none.</summary>
    public long Shown { get; private set; }

    /// <summary>The processors of all partitions, empty.</summary>
    public static IReadOnlyList<LeaderboardProcessor> All()
    {
        BoardsView boards = new();
        LeaderboardProcessor[] all = new LeaderboardProcessor[Placement.Partitions];
        for (int n = 0; n < all.Length; n++)
        {
            all[n] = new LeaderboardProcessor(boards, all);
        }

        return all;
    }

    /// <summary>The last positions that the boards show, by partition.</summary>
    public long[] ShownByPartition() => Array.ConvertAll(_all, processor => processor.Shown);

    /// <inheritdoc />
    public void Fold(in StoredEvent stored) => _uncommitted.Enqueue(RewardIssued.Parser.ParseFrom(stored.Body));

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        RewardIssued issued = RewardIssued.Parser.ParseFrom(record.Value);
        _uncommitted.Enqueue(issued);
        appender.Append(
            Placement.Player(issued.Tenant, issued.PlayerId), EventNames.RewardIssued, record.Value, record.Root);
        return Verdict.Done;
    }

    /// <inheritdoc />
    public void Committed(in StoredEvent stored)
    {
        Boards.Apply(_uncommitted.Dequeue());
        Shown = stored.Position;
    }
}
