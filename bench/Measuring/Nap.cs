using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.Bench.Measuring;

/// <summary>Sleeps that are shorter than a millisecond, which .NET's are not.</summary>
internal static partial class Nap
{
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>Blocks the thread until a moment of the stopwatch, a few dozen microseconds more at the most.</summary>
    internal static void Until(long due)
    {
        long ticks;
        while ((ticks = due - Stopwatch.GetTimestamp()) > 0)
        {
            (long seconds, long rest) = Math.DivRem(ticks, Stopwatch.Frequency);
            TimeSpec length = new()
            {
                Seconds = (nint)seconds,
                Nanos = (nint)(rest * NanosPerSecond / Stopwatch.Frequency),
            };
            Sleep(in length, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(in TimeSpec length, nint left);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanos;
    }
}
