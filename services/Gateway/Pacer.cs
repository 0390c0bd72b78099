namespace Mesh.Gateway;

/// <summary>
/// A steady rate with a burst, by the generic cell rate algorithm (ITU-T I.371): it remembers one moment only. Used by
/// one caller at a time.
/// </summary>
/// <param name="perSecond">In the long run.</param>
/// <param name="burst">So many at once after a rest.</param>
/// <param name="clock">The time.</param>
internal sealed class Pacer(int perSecond, int burst, TimeProvider clock)
{
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1.0 / perSecond);
    private readonly long _began = clock.GetTimestamp();
    private TimeSpan _due = TimeSpan.MinValue;

    /// <summary>How long the next one waits.</summary>
    public TimeSpan Next()
    {
        TimeSpan now = clock.GetElapsedTime(_began);
        TimeSpan earliest = now - (_interval * (burst - 1));
        _due = (_due > earliest ? _due : earliest) + _interval;
        TimeSpan wait = _due - _interval - now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
