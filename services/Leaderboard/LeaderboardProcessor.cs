using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Leaderboard;

/// <summary>
/// One partition of Leaderboard. It decides nothing: each reward that arrives is kept in the log as it came. What its
/// players have it knows by itself; the boards, which all partitions share, show it from the moment it serves, and only
/// what is committed.
/// </summary>
internal sealed class LeaderboardProcessor(int partition, BoardsView boards) : IPartitionProcessor
{
    private readonly LeaderboardStates _states = new();
    private readonly ParsedRecord<RewardIssued> _reward = new(RewardIssued.Parser.ParseFrom);
    private readonly StreamStates<PlayerScores> _players = new(stream => new PlayerScores(stream));

    // Parsed when it arrives, shown when it is committed, in the same order.
    private readonly Queue<(byte[] Body, RewardIssued Issued)> _uncommitted = new();
    private bool _serves;
    private long _folded;

    /// <inheritdoc />
    public int FoldVersion => 1;

    /// <summary>The boards of all partitions.</summary>
    public BoardsView Boards => boards;

    /// <summary>The processors of all partitions, empty.</summary>
    public static IReadOnlyList<LeaderboardProcessor> All()
    {
        BoardsView boards = new();
        LeaderboardProcessor[] all =
            [.. Enumerable.Range(0, Placement.Partitions).Select(n => new LeaderboardProcessor(n, boards))];
        Array.ForEach(all, one => one.Started(null));
        return all;
    }

    /// <inheritdoc />
    public string StreamOf(in TopicRecord record)
    {
        RewardIssued issued = _reward.Of(record.Value);
        return _players.NameOf(issued.Tenant, issued.PlayerId);
    }

    /// <summary>Every player is on a board.</summary>
    public bool IsPinned(string stream) => true;

    /// <inheritdoc />
    public void Fold(in StoredEvent stored)
    {
        RewardIssued issued = RewardIssued.Parser.ParseFrom(stored.Body);
        PlayerScores player = _players.Open(stored.Stream);
        player.Add(issued);
        player.Position = _folded = stored.Position;
        if (_serves)
        {
            _uncommitted.Enqueue((stored.Body, issued));
        }
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        RewardIssued issued = _reward.Of(record.Value);
        PlayerScores player = _players.Open(_players.NameOf(issued.Tenant, issued.PlayerId));
        player.Add(issued);
        _uncommitted.Enqueue((record.Value, issued));
        appender.Append(player.Name, EventNames.RewardIssued, record.Value, record.Root);
        return Verdict.Done;
    }

    /// <summary>What was folded before it served is on the boards already.</summary>
    public void Committed(in StoredEvent stored)
    {
        if (!_serves || !_uncommitted.TryPeek(out (byte[] Body, RewardIssued Issued) next)
            || !ReferenceEquals(next.Body, stored.Body))
        {
            return;
        }

        _uncommitted.Dequeue();
        PlayerScores player = _players.Open(stored.Stream);
        player.Position = stored.Position;
        boards.Add(IdOf(player, next.Issued), player.Subject, next.Issued.Amount, next.Issued.ReachedUs);
        boards.Shown[partition] = stored.Position;
    }

    /// <summary>
    /// In one go: what the one before showed leaves the boards where this one does not have it, and its own enters.
    /// </summary>
    public void Started(IPartitionProcessor? before)
    {
        foreach (PlayerScores player in (before as LeaderboardProcessor)?._players.All ?? [])
        {
            PlayerScores? own = _players.Find(player.Name);
            foreach (PlayerScore score in player.Scores)
            {
                if (own?.Has(score.GameId, score.Currency) != true)
                {
                    boards.Remove(new BoardId(player.Tenant, score.GameId, score.Currency), player.Subject);
                }
            }
        }

        foreach (PlayerScores player in _players.All)
        {
            foreach (PlayerScore score in player.Scores)
            {
                BoardId id = new(player.Tenant, score.GameId, score.Currency);
                boards.Set(id, player.Subject, score.Score, score.ReachedUs);
            }
        }

        _serves = true;
        boards.Shown[partition] = _folded;
    }

    /// <inheritdoc />
    public void Save(string stream, IStateWriter to)
    {
        if (_players.Find(stream) is { } player)
        {
            _states.Save(player, to);
        }
    }

    /// <inheritdoc />
    public void Load(string stream, IReadOnlyList<StatePart> parts)
    {
        PlayerScores player = _players.Add(stream);
        LeaderboardStates.Load(player, parts);
        _folded = Math.Max(_folded, player.Position);
    }

    /// <inheritdoc />
    public void Unload(string stream) => _players.Remove(stream);

    private static BoardId IdOf(PlayerScores player, RewardIssued issued) =>
        new(player.Tenant, issued.GameId, issued.Currency);
}
