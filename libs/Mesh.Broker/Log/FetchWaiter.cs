using System.Threading.Tasks.Sources;

namespace Mesh.Broker.Log;

/// <summary>
/// One connection's wait for records: woken when enough bytes have arrived, when its time is over, or when a partition
/// closes. Reused for every wait of that connection, so a long poll allocates nothing.
/// </summary>
internal sealed class FetchWaiter : IValueTaskSource, IDisposable
{
    private readonly Timer _timer;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private long _missingBytes;
    private int _armed;
    private volatile bool _stopped;

    public FetchWaiter()
    {
        _timer = new Timer(static state => ((FetchWaiter)state!).Wake(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>The connection closes: no wait lasts any more, and whoever waits has nobody to answer.</summary>
    public bool Stopped => _stopped;

    /// <summary>Begins a wait; to be called before the partitions are asked to tell what arrives.</summary>
    public void Arm(long missingBytes)
    {
        _source.Reset();
        Interlocked.Exchange(ref _missingBytes, missingBytes);
        // A full fence: the stop that does not see this wait armed must be seen by the line after.
        Interlocked.Exchange(ref _armed, 1);
        if (_stopped)
        {
            Wake();
        }
    }

    public async ValueTask WaitAsync(long milliseconds)
    {
        _timer.Change(milliseconds, Timeout.Infinite);
        await new ValueTask(this, _source.Version).ConfigureAwait(false);
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Ends a wait that was begun and turned out not to be needed.</summary>
    public async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 0)
        {
            // Someone has woken it meanwhile: that result must be taken before the source can be used again.
            await new ValueTask(this, _source.Version).ConfigureAwait(false);
        }
    }

    /// <summary>Called under a partition's lock: does nothing that could take another.</summary>
    public void Arrived(int bytes)
    {
        if (Interlocked.Add(ref _missingBytes, -bytes) <= 0)
        {
            Wake();
        }
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1)
        {
            _source.SetResult(true);
        }
    }

    /// <summary>Ends this wait and every later one at once: the connection closes.</summary>
    public void Stop()
    {
        _stopped = true;
        Wake();
    }

    public void Dispose() => _timer.Dispose();

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
