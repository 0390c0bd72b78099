using System.Globalization;

namespace Mesh.Bench.Scenarios;

/// <summary>
/// A check-in file that is the same on every machine: as in recorded ones, few players do most, a third of the
/// check-ins are at a venue of the player's own district, and each player's times go forwards.
/// </summary>
internal static class SyntheticFile
{
    private const int Seed = 20_100_101;
    private const int RowsPerPlayer = 20;
    private const int RowsPerVenue = 6;
    private const double Skew = 2.0;
    private const double SouthWestLatitude = 40.5;
    private const double SouthWestLongitude = -74.2;
    private static readonly DateTime Begin = new(2010, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(20);

    /// <summary>Writes the file.</summary>
    internal static void Write(string path, long rows)
    {
        // A seeded System.Random gives the same numbers under every version of .NET.
        Random random = new(Seed);
        int players = (int)Math.Max(1, rows / RowsPerPlayer);
        int venues = (int)Math.Max(1, rows / RowsPerVenue);
        DateTime time = Begin;
        using StreamWriter file = new(path) { NewLine = "\n" };
        file.WriteLine("player\tutc\tlatitude\tlongitude\tvenue");
        for (long row = 0; row < rows; row++)
        {
            int player = Skewed(random, players);
            int venue = random.Next(3) == 0 ? player % venues : Skewed(random, venues);
            time += TimeSpan.FromSeconds(random.Next((int)LongestStep.TotalSeconds));
            string place = string.Create(
                CultureInfo.InvariantCulture, $"{Latitude(venue):0.000000}\t{Longitude(venue):0.000000}");
            file.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{player}\t{time:yyyy-MM-dd'T'HH:mm:ss'Z'}\t{place}\t{venue}"));
        }
    }

    private static int Skewed(Random random, int count) => (int)(Math.Pow(random.NextDouble(), Skew) * count);

    private static double Latitude(int venue) => SouthWestLatitude + (venue % 400 / 1_000.0);

    private static double Longitude(int venue) => SouthWestLongitude + (venue / 400 % 400 / 1_000.0);
}
