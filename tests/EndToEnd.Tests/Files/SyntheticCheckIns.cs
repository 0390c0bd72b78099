using System.Globalization;
using System.Text;

namespace EndToEnd.Tests.Files;

/// <summary>
/// A small file with everything that is easy to get wrong: players who tie in score, and twins who tie in time as well;
/// gaps of one second less than a session's, and of exactly that; venues visited again; rows out of order, and times
/// that come twice. Always the same.
/// </summary>
internal static class SyntheticCheckIns
{
    internal const int Players = 60;
    internal const int RowsOfAPlayer = 50;

    private static readonly DateTime Start = new(2025, 5, 1, 6, 0, 0, DateTimeKind.Utc);
    private static readonly int[] GapSeconds = [60, 1_799, 1_800, 0, 1_801, 600, 86_400];

    internal static void Write(string path, int number = Players)
    {
        (string Name, List<string> Rows)[] players =
            [.. Enumerable.Range(0, number).Select(n => (Name(n), RowsOf(n)))];
        StringBuilder text = new("player\tutc\tlatitude\tlongitude\tvenue\n");
        for (int row = 0; row < RowsOfAPlayer; row++)
        {
            foreach ((string name, List<string> rows) in players)
            {
                text.Append(name).Append('\t').Append(rows[row]).Append('\n');
            }
        }

        File.WriteAllText(path, text.ToString());
    }

    // Names whose order by bytes is neither that of their numbers nor that of a dictionary.
    private static string Name(int n) => (n % 4) switch
    {
        0 => $"{n}",
        1 => $"P.{n}",
        2 => $"p_{n}",
        _ => $"~{n}",
    };

    // Players 2n and 2n + 1 are twins; their number of venues is that of other pairs, who reach it at other times.
    private static List<string> RowsOf(int player)
    {
        int pair = player / 2;
        int venues = 5 + (pair % 10);
        DateTime at = Start.AddHours(pair);
        List<string> rows = [];
        for (int i = 0; i < RowsOfAPlayer; i++)
        {
            double latitude = 40.5 + (i * 0.001);
            double longitude = -74 - (pair * 0.01);
            rows.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{at:yyyy-MM-dd'T'HH:mm:ss'Z'}\t{latitude:0.000}\t{longitude:0.00}\t{i * 3 % venues}"));
            at = at.AddSeconds(GapSeconds[(i + pair) % GapSeconds.Length]);
        }

        for (int i = pair % 5; i + 1 < RowsOfAPlayer; i += 7)
        {
            (rows[i], rows[i + 1]) = (rows[i + 1], rows[i]);
        }

        return rows;
    }
}
