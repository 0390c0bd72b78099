using Mesh.Contracts;
using Mesh.Leaderboard.Core.Boards;
using Mesh.Partitions;

namespace Mesh.Leaderboard;

/// <summary>What a board is called: a tenant's game, and the currency that the board sums.</summary>
internal readonly record struct BoardId(string Tenant, string Game, string Currency);

/// <summary>
/// VIEW: the boards, folded from committed rewards of all partitions that this instance serves or follows. Owned by the
/// loop: read and written there alone.
/// </summary>
internal sealed class BoardsView
{
    private readonly Dictionary<BoardId, Slot> _boards = [];

    /// <summary>How many events of each partition's log, from its beginning, the boards show.</summary>
    public long[] Shown { get; } = new long[Placement.Partitions];

    /// <summary>Whose players the boards show, by partition; null: nobody's yet.</summary>
    public LeaderboardProcessor?[] Showing { get; } = new LeaderboardProcessor?[Placement.Partitions];

    /// <summary>Adds to a subject's score.</summary>
    public void Add(BoardId id, string subject, long amount, long reachedUs)
    {
        Slot slot = Of(id);
        slot.Board.Add(subject, amount, reachedUs);
        slot.Tell();
    }

    /// <summary>Gives a subject its score.</summary>
    public void Set(BoardId id, string subject, long score, long reachedUs)
    {
        Slot slot = Of(id);
        if (slot.Board.Set(subject, score, reachedUs))
        {
            slot.Tell();
        }
    }

    /// <summary>Takes a subject off a board.</summary>
    public void Remove(BoardId id, string subject)
    {
        Slot slot = Of(id);
        if (slot.Board.Remove(subject))
        {
            slot.Tell();
        }
    }

    /// <summary>A board; one that nobody scored on is empty.</summary>
    public Board Find(BoardId id) => _boards.TryGetValue(id, out Slot? slot) ? slot.Board : new Board();

    /// <summary>The boards of a game, by currency.</summary>
    public IEnumerable<(string Currency, Board Board)> Of(string tenant, string game) =>
        _boards.Where(b => b.Key.Tenant == tenant && b.Key.Game == game).Select(b => (b.Key.Currency, b.Value.Board));

    /// <summary>Completes with the board's next change.</summary>
    public Task NextChange(BoardId id)
    {
        Slot slot = Of(id);
        slot.Changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return slot.Changed.Task;
    }

    private Slot Of(BoardId id)
    {
        if (!_boards.TryGetValue(id, out Slot? slot))
        {
            slot = new Slot();
            _boards.Add(id, slot);
        }

        return slot;
    }

    private sealed class Slot
    {
        public Board Board { get; } = new();

        public TaskCompletionSource? Changed { get; set; }

        public void Tell()
        {
            Changed?.TrySetResult();
            Changed = null;
        }
    }
}

/// <summary>Asks for the boards where they belong: in the loop.</summary>
internal static class BoardQueries
{
    /// <summary>Asks a question of the boards, once they show every partition.</summary>
    /// <exception cref="PartitionUnavailableException">They do not yet.</exception>
    public static Task<T> AskBoardsAsync<T>(
        this PartitionHost<LeaderboardProcessor> host, Func<T> question, CancellationToken cancel) =>
        host.InLoopAsync(
            shown => shown.Contains(null)
                ? throw new PartitionUnavailableException("Not every partition is on the boards yet; try again.")
                : question(),
            cancel);
}
