using Mesh.Contracts.Leaderboard.V1;

namespace Mesh.Cli.Top;

/// <summary>A line of a leaderboard as it is printed.</summary>
internal sealed record BoardRow(ulong Rank, string Player, long Score, string ReachedAt)
{
    private const string PlayerSubject = "p/";

    internal static BoardRow Of(Entry entry) => new(
        entry.Rank,
        entry.Subject.StartsWith(PlayerSubject, StringComparison.Ordinal)
            ? entry.Subject[PlayerSubject.Length..]
            : entry.Subject,
        entry.Score,
        Output.Iso(entry.ReachedAt));
}

/// <summary>A board's top as a watcher has been told of it: the snapshot with every change since. No I/O.</summary>
internal sealed class WatchedBoard
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The rows by rank.</summary>
    internal IReadOnlyList<BoardRow> Rows => [.. _entries.Values.OrderBy(entry => entry.Rank).Select(BoardRow.Of)];

    /// <summary>Takes a message; false: it changes nothing (a heartbeat).</summary>
    internal bool Take(WatchResponse message, bool first)
    {
        if (first)
        {
            _entries.Clear();
        }

        foreach (string subject in message.Left)
        {
            _entries.Remove(subject);
        }

        foreach (Entry entry in message.Snapshot.Concat(message.Changed))
        {
            _entries[entry.Subject] = entry;
        }

        return first || message.Snapshot.Count + message.Changed.Count + message.Left.Count > 0;
    }
}
