using System.Globalization;

namespace Grpc.Wire;

/// <summary>The <c>grpc-timeout</c> header: at most 8 digits and a unit (H, M, S, m, u, n).</summary>
internal static class GrpcTimeout
{
    private const long MaxValue = 99_999_999;
    private const int NanosecondsPerTick = 100;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('n', 0),
        ('u', TimeSpan.TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>Writes a timeout in the finest unit that holds it, rounded up so that it never ends early.</summary>
    /// <param name="timeout">The timeout; nothing or less is written as one nanosecond.</param>
    /// <returns>The value of the header.</returns>
    public static string Encode(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return "1n";
        }

        var ticks = timeout.Ticks;
        if (ticks <= MaxValue / NanosecondsPerTick)
        {
            return Format(ticks * NanosecondsPerTick, 'n');
        }

        foreach (var (unit, ticksPerUnit) in Units.AsSpan(1))
        {
            var value = (ticks / ticksPerUnit) + (ticks % ticksPerUnit == 0 ? 0 : 1);
            if (value <= MaxValue)
            {
                return Format(value, unit);
            }
        }

        return Format(MaxValue, 'H');
    }

    /// <summary>Reads a timeout.</summary>
    /// <param name="value">The value of the header.</param>
    /// <param name="timeout">The timeout; fractions of 100 ns are dropped.</param>
    /// <returns>False when the value is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > 9
            || !long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var unit = value[^1];
        if (unit == 'n')
        {
            timeout = TimeSpan.FromTicks(number / NanosecondsPerTick);
            return true;
        }

        foreach (var (known, ticksPerUnit) in Units.AsSpan(1))
        {
            if (known == unit)
            {
                // 99,999,999 hours are 3.6e18 ticks, which a TimeSpan still holds.
                timeout = TimeSpan.FromTicks(number * ticksPerUnit);
                return true;
            }
        }

        return false;
    }

    private static string Format(long value, char unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
}
