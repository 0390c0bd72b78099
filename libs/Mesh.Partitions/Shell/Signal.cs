namespace Mesh.Partitions.Shell;

/// <summary>
/// Wakes the one thread that waits. Setting it while it is set costs no system call. It may be set after the thread
/// has ended, by a commit that took longer than its loop or by a command posted at that moment; so nobody disposes of
/// it, and its handle goes with the last reference.
/// </summary>
internal sealed class Signal
{
    private readonly AutoResetEvent _event = new(false);
    private int _set;

    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0)
        {
            _event.Set();
        }
    }

    /// <summary>
    /// Returns when it is set, or after <paramref name="limit"/>, not before: whole milliseconds are all that can be
    /// waited for, and who came back early would ask again and again until the rest of one is over.
    /// </summary>
    public void Wait(TimeSpan limit)
    {
        _event.WaitOne((int)Math.Ceiling(limit.TotalMilliseconds));
        // A full fence: what the waiter reads next may not be read before this is seen. Otherwise a setter could add
        // work that the waiter misses, see the signal still set, and wake nobody.
        Interlocked.Exchange(ref _set, 0);
    }
}
