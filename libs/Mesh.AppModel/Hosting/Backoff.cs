namespace Mesh.AppModel.Hosting;

/// <summary>
/// How long to wait before a part is started again: 100 ms, then twice as long each time, 5 s at most; from the
/// beginning when it had been healthy for 10 s.
/// </summary>
internal sealed class Backoff
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan HealthyLongEnough = TimeSpan.FromSeconds(10);

    private TimeSpan _next = First;

    /// <param name="healthyFor">How long the part was healthy before it ended; zero when it never was.</param>
    internal TimeSpan Next(TimeSpan healthyFor)
    {
        var wait = healthyFor >= HealthyLongEnough ? First : _next;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
