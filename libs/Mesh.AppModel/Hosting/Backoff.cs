namespace Mesh.AppModel.Hosting;

/// <summary>
/// How long to wait before a part is started again: at first as long as it says, then twice as long each time, 5 s at
/// most; from the beginning when it had been healthy for 10 s.
/// </summary>
internal sealed class Backoff(TimeSpan first)
{
    /// <summary>Of a part that nobody stands in for.</summary>
    internal static readonly TimeSpan Alone = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Of one of several: starting takes the processors from those that take over what it had, who come first.
    /// </summary>
    internal static readonly TimeSpan OneOfSeveral = TimeSpan.FromMilliseconds(1_500);

    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan HealthyLongEnough = TimeSpan.FromSeconds(10);

    private TimeSpan? _next;

    /// <param name="healthyFor">How long the part was healthy before it ended; zero when it never was.</param>
    internal TimeSpan Next(TimeSpan healthyFor)
    {
        var wait = healthyFor >= HealthyLongEnough ? first : _next ?? first;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
