namespace Mesh.Ingestion.Core.Load;

/// <summary>What the door gives up first when it holds more and more.</summary>
public static class Shedding
{
    private static readonly double[] From = [1, 0.75, 0.5];

    /// <summary>Whether actions of a lane are refused: the last lane first, the first one last.</summary>
    /// <param name="lane">The lane, from 0.</param>
    /// <param name="pressure">How much the door holds of what it may hold; 1: all.</param>
    public static bool Refuses(int lane, double pressure) => pressure >= From[lane];

    /// <summary>When to come again, in microseconds: the later the lane, the later.</summary>
    /// <param name="lane">The lane, from 0.</param>
    /// <param name="spread">From 0 to 1, by chance, so that not all return at once.</param>
    public static long WaitUs(int lane, double spread) => (long)((lane + 1) * (1 + spread) * Limits.ShedWaitUs);
}
