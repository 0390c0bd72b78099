using System.Globalization;
using System.IO.Compression;

namespace EndToEnd.Tests.Files;

/// <summary>A row of a check-in file. Read without any of the tool's code.</summary>
internal sealed record CheckInRow(string Player, DateTime Utc, string Venue)
{
    internal static List<CheckInRow> ReadAll(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using StreamReader reader = new(content);
        Assert.Equal("player\tutc\tlatitude\tlongitude\tvenue", reader.ReadLine());
        List<CheckInRow> rows = [];
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split('\t');
            Assert.Equal(5, fields.Length);
            rows.Add(new CheckInRow(
                fields[0],
                DateTime.ParseExact(
                    fields[1],
                    "yyyy-MM-dd'T'HH:mm:ss'Z'",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
                fields[4]));
        }

        return rows;
    }
}
