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
    private readonly Queue<RewardIssued> _uncommitted = new();
    private bool _serves;

    /// <inheritdoc />
    public int FoldVersion => 1;

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
        if (_serves)
        {
            throw new InvalidOperationException(
                $"Event {stored.Position} is folded into partition {partition}, whose boards are shown already.");
        }

        _players.Open(stored.Stream).Add(RewardIssued.Parser.ParseFrom(stored.Body));
    }

    /// <inheritdoc />
    public Verdict Process(in TopicRecord record, IEventAppender appender)
    {
        RewardIssued issued = _reward.Of(record.Value);
        PlayerScores player = _players.Open(_players.NameOf(issued.Tenant, issued.PlayerId));
        player.Add(issued);
        _uncommitted.Enqueue(issued);
        appender.Append(player.Name, EventNames.RewardIssued, record.Value, record.Root);
        return Verdict.Done;
    }

    /// <summary>What was folded before it served is on the boards already.</summary>
    public void Committed(in StoredEvent stored)
    {
        if (_serves)
        {
            RewardIssued issued = _uncommitted.Dequeue();
            PlayerScores player = _players.Open(stored.Stream);
            BoardId id = new(player.Tenant, issued.GameId, issued.Currency);
            boards.Add(id, player.Subject, issued.Amount, issued.ReachedUs);
            boards.Shown[partition]++;
        }
    }

    /// <summary>
    /// In one go: what the one before shows leaves the boards where this one does not have it, and its own enters. The
    /// one before is whichever is on the boards, also when the instance has started over since.
    /// </summary>
    public void Started(IPartitionProcessor? before)
    {
        foreach (PlayerScores player in boards.Showing[partition]?._players.All ?? [])
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

        long events = 0;
        foreach (PlayerScores player in _players.All)
        {
            events += player.Rewards;
            foreach (PlayerScore score in player.Scores)
            {
                BoardId id = new(player.Tenant, score.GameId, score.Currency);
                boards.Set(id, player.Subject, score.Score, score.ReachedUs);
            }
        }

        _serves = true;
        boards.Showing[partition] = this;
        boards.Shown[partition] = events;
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
    public void Load(string stream, IReadOnlyList<StatePart> parts) =>
        LeaderboardStates.Load(_players.Add(stream), parts);

    /// <inheritdoc />
    public void Unload(string stream) => _players.Remove(stream);
}
