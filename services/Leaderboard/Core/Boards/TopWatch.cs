namespace Mesh.Leaderboard.Core.Boards;

/// <summary>What became of a board's top.</summary>
/// <param name="Top">The top as it is now: the next comparison's snapshot.</param>
/// <param name="Changed">Entries that are new in the top or differ in rank, score or time, by rank.</param>
/// <param name="Left">Subjects that left the top, in the order of their old ranks.</param>
public sealed record TopChange(
    IReadOnlyList<BoardEntry> Top, IReadOnlyList<BoardEntry> Changed, IReadOnlyList<string> Left)
{
    /// <summary>Nothing changed.</summary>
    public bool IsEmpty => Changed.Count == 0 && Left.Count == 0;
}

/// <summary>
/// Tells a watcher what changed in a board's top. Applying every change to the first snapshot gives the present top.
/// </summary>
public static class TopWatch
{
    /// <summary>What changed since a snapshot.</summary>
    /// <param name="before">The top as the watcher knows it; empty: nothing yet.</param>
    /// <param name="board">The board.</param>
    /// <param name="limit">How many places are watched.</param>
    public static TopChange Compare(IReadOnlyList<BoardEntry> before, Board board, int limit)
    {
        BoardEntry[] top = board.Top(limit);
        List<BoardEntry>? changed = null;
        HashSet<string>? present = null;
        for (int i = 0; i < top.Length; i++)
        {
            // Ranks are places, so an entry that is the same is at the same index.
            if (i >= before.Count || before[i] != top[i])
            {
                (changed ??= []).Add(top[i]);
            }
        }

        List<string>? left = null;
        foreach (BoardEntry entry in changed is null && before.Count == top.Length ? [] : before)
        {
            present ??= [.. top.Select(one => one.Subject)];
            if (!present.Contains(entry.Subject))
            {
                (left ??= []).Add(entry.Subject);
            }
        }

        return new TopChange(top, changed ?? [], left ?? []);
    }
}
