namespace Mesh.Leaderboard.Core.Boards;

/// <summary>
/// A board that sums: higher scores first, ties to whoever reached the score first, then to the smaller subject,
/// ordinal. Every operation costs O(log n), and what a query returns another O(1) an entry. Owned by one loop; the same
/// additions give the same board in any order.
/// </summary>
public sealed class Board
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly RankTree tree = new();

    /// <summary>How many subjects are on the board.</summary>
    public int Count => places.Count;

    /// <summary>How often the board changed: equal numbers, equal boards.</summary>
    public ulong Version { get; private set; }

    /// <summary>Adds to a subject's score, and puts it on the board; its time becomes the latest of its additions.</summary>
    /// <param name="subject">Who.</param>
    /// <param name="amount">What is added; negative: taken back.</param>
    /// <param name="reachedUs">When it was reached: microseconds since the epoch.</param>
    /// <exception cref="OverflowException">The sum passes 64 bits; the board is as before.</exception>
    public void Add(string subject, long amount, long reachedUs)
    {
        if (places.TryGetValue(subject, out int place))
        {
            (long score, long reached) = tree.KeyOf(place);
            tree.Move(place, checked(score + amount), Math.Max(reached, reachedUs));
        }
        else
        {
            places.Add(subject, tree.Insert(subject, amount, reachedUs));
        }

        Version++;
    }

    /// <summary>Gives a subject a score and a time, whatever it had. False: it has them already.</summary>
    public bool Set(string subject, long score, long reachedUs)
    {
        if (!places.TryGetValue(subject, out int place))
        {
            places.Add(subject, tree.Insert(subject, score, reachedUs));
        }
        else if (tree.KeyOf(place) != (score, reachedUs))
        {
            tree.Move(place, score, reachedUs);
        }
        else
        {
            return false;
        }

        Version++;
        return true;
    }

    /// <summary>Takes a subject off the board. False: it is not on it.</summary>
    public bool Remove(string subject)
    {
        if (!places.Remove(subject, out int place))
        {
            return false;
        }

        tree.Remove(place);
        Version++;
        return true;
    }

    /// <summary>A subject's place; null: it is not on the board.</summary>
    public BoardEntry? RankOf(string subject) =>
        places.TryGetValue(subject, out int place) ? tree.EntryOf(place) : null;

    /// <summary>The first <paramref name="count"/> places.</summary>
    public BoardEntry[] Top(int count) => Page(1, count);

    /// <summary>Up to <paramref name="count"/> places from <paramref name="fromRank"/> on, which starts at 1.</summary>
    public BoardEntry[] Page(int fromRank, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRank, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int left = Math.Max(0, Count - fromRank + 1);
        var entries = new BoardEntry[Math.Min(count, left)];
        tree.Copy(fromRank, entries);
        return entries;
    }

    /// <summary>
    /// The places around a subject, itself included: up to so many above and below it. Empty: it is not on the board.
    /// </summary>
    public BoardEntry[] Around(string subject, int above, int below)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(above);
        ArgumentOutOfRangeException.ThrowIfNegative(below);
        if (RankOf(subject) is not { } entry)
        {
            return [];
        }

        int from = Math.Max(1, entry.Rank - above);
        return Page(from, (int)Math.Min((long)entry.Rank + below, Count) - from + 1);
    }
}
