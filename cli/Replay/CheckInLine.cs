using System.Buffers.Text;

namespace Mesh.Cli.Replay;

/// <summary>One line of a check-in file: <c>player utc latitude longitude venue</c>, separated by tabs.</summary>
internal readonly ref struct CheckInLine
{
    internal static ReadOnlySpan<byte> Heading => "player\tutc\tlatitude\tlongitude\tvenue"u8;

    internal ReadOnlySpan<byte> Player { get; private init; }

    internal ReadOnlySpan<byte> Venue { get; private init; }

    /// <summary>Microseconds since the epoch.</summary>
    internal long UtcMicros { get; private init; }

    /// <summary>Degrees.</summary>
    internal double Latitude { get; private init; }

    /// <summary>Degrees.</summary>
    internal double Longitude { get; private init; }

    /// <summary>Reads a line. False: it is malformed, and <paramref name="problem"/> says how.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, out CheckInLine parsed, out string problem)
    {
        parsed = default;
        problem = "";
        if (!TryCut(ref line, out ReadOnlySpan<byte> player) || player.IsEmpty)
        {
            problem = "no player";
        }
        else if (!TryCut(ref line, out ReadOnlySpan<byte> utc) || !TryTime(utc, out long micros))
        {
            problem = "no time such as 2010-10-23T01:09:33Z";
        }
        else if (!TryCut(ref line, out ReadOnlySpan<byte> latitude) || !TryDegrees(latitude, out double lat))
        {
            problem = "no latitude";
        }
        else if (!TryCut(ref line, out ReadOnlySpan<byte> longitude) || !TryDegrees(longitude, out double lon))
        {
            problem = "no longitude";
        }
        else if (line.IsEmpty || line.Contains((byte)'\t'))
        {
            problem = "no venue at its end";
        }
        else
        {
            parsed = new CheckInLine
            {
                Player = player, UtcMicros = micros, Latitude = lat, Longitude = lon, Venue = line,
            };
            return true;
        }

        return false;
    }

    private static bool TryCut(scoped ref ReadOnlySpan<byte> line, out ReadOnlySpan<byte> field)
    {
        int tab = line.IndexOf((byte)'\t');
        field = tab < 0 ? default : line[..tab];
        line = tab < 0 ? line : line[(tab + 1)..];
        return tab >= 0;
    }

    private static bool TryDegrees(ReadOnlySpan<byte> text, out double degrees) =>
        Utf8Parser.TryParse(text, out degrees, out int read) && read == text.Length;

    // yyyy-MM-ddTHH:mm:ss, up to six decimals, Z.
    private static bool TryTime(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < 20 || text[^1] != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T'
            || text[13] != ':' || text[16] != ':'
            || !TryNumber(text[..4], out int year) || !TryNumber(text[5..7], out int month)
            || !TryNumber(text[8..10], out int day) || !TryNumber(text[11..13], out int hour)
            || !TryNumber(text[14..16], out int minute) || !TryNumber(text[17..19], out int second)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59
            || !TryFraction(text[19..^1], out int fraction))
        {
            return false;
        }

        DateTime time = new(year, month, day, hour, minute, second, DateTimeKind.Utc);
        micros = ((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond) + fraction;
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out int micros)
    {
        micros = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] != '.' || text.Length is < 2 or > 7 || !TryNumber(text[1..], out micros))
        {
            return false;
        }

        for (int digits = text.Length - 1; digits < 6; digits++)
        {
            micros *= 10;
        }

        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
