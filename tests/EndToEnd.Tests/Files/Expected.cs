using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Files;

/// <summary>What the books of a replayed file must say, worked out from its rows the plainest way.</summary>
internal sealed class Expected
{
    /// <summary>So long without a check-in, or longer, ends a session.</summary>
    internal static readonly TimeSpan Gap = TimeSpan.FromSeconds(1_800);

    private Expected(IReadOnlyList<CheckInRow> rows)
    {
        List<Standing> standings = [];
        foreach (IGrouping<string, CheckInRow> player in rows.GroupBy(row => row.Player, StringComparer.Ordinal))
        {
            List<CheckInRow> first = [.. player.DistinctBy(row => row.Venue, StringComparer.Ordinal)];
            standings.Add(new Standing(player.Key, first.Count * Games.Points, first.Max(row => row.Utc)));
            Items += first.Count;

            DateTime[] times = [.. player.Select(row => row.Utc).Order()];
            Sessions += 1 + times.Zip(times.Skip(1), (before, after) => after - before).Count(gap => gap >= Gap);
        }

        Rows = rows.Count;
        Board =
        [
            .. standings.OrderByDescending(s => s.Score).ThenBy(s => s.ReachedAt)
                .ThenBy(s => s.Player, StringComparer.Ordinal),
        ];
    }

    internal long Rows { get; }

    /// <summary>Distinct venues, summed over the players.</summary>
    internal long Items { get; }

    internal long Sessions { get; }

    /// <summary>Every player, the first one first.</summary>
    internal IReadOnlyList<Standing> Board { get; }

    internal static Expected Of(IReadOnlyList<CheckInRow> rows) => new(rows);

    /// <summary>The first hundred, as the tool should print them.</summary>
    internal IReadOnlyList<TopLine> Top() =>
    [
        .. Board.Take(100).Select((standing, index) => new TopLine(
            index + 1,
            standing.Player,
            standing.Score,
            standing.ReachedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
    ];

    /// <summary>A player's place.</summary>
    internal sealed record Standing(string Player, long Score, DateTime ReachedAt);
}
