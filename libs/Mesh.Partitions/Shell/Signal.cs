namespace Mesh.Partitions.Shell;

/// <summary>Wakes the one thread that waits. Setting it while it is set costs no system call.</summary>
internal sealed class Signal : IDisposable
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

    /// <summary>Returns when it is set, or after <paramref name="limit"/>.</summary>
    public void Wait(TimeSpan limit)
    {
        _event.WaitOne(limit);
        Volatile.Write(ref _set, 0);
    }

    public void Dispose() => _event.Dispose();
}
