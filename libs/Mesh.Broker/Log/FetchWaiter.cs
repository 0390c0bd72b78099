namespace Mesh.Broker.Log;

/// <summary>
/// One connection's wait for records: woken when enough bytes have arrived, when its time is over, or when a partition
/// closes. Reused for every wait of that connection, so a long poll allocates nothing.
/// </summary>
internal sealed class FetchWaiter : IDisposable
{
    // A wait lasts long compared with what spinning could save.
    private readonly ManualResetEventSlim _woken = new(initialState: false, spinCount: 0);
    private long _missingBytes;
    private volatile bool _stopped;

    /// <summary>The connection closes: no wait lasts any more, and whoever waits has nobody to answer.</summary>
    public bool Stopped => _stopped;

    /// <summary>Begins a wait; to be called before the partitions are asked to tell what arrives.</summary>
    public void Arm(long missingBytes)
    {
        _woken.Reset();
        // A full fence: the stop that this does not see sets what was just reset.
        Interlocked.Exchange(ref _missingBytes, missingBytes);
        if (_stopped)
        {
            Wake();
        }
    }

    /// <summary>Waits until it is woken, so long at the most.</summary>
    public void Wait(long milliseconds) => _woken.Wait((int)milliseconds);

    /// <summary>Called under a partition's lock: does nothing that could take another.</summary>
    public void Arrived(int bytes)
    {
        if (Interlocked.Add(ref _missingBytes, -bytes) <= 0)
        {
            Wake();
        }
    }

    public void Wake() => _woken.Set();

    /// <summary>Ends this wait and every later one at once: the connection closes.</summary>
    public void Stop()
    {
        _stopped = true;
        Wake();
    }

    public void Dispose() => _woken.Dispose();
}
