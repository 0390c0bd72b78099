using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// The deadline of one call. Two can end a call, its handler and its deadline; whoever takes the lock on this object
/// first and finds the call open does so. All writing to the response happens under the same lock.
/// </summary>
internal sealed class ServerDeadline
{
    public static readonly Status Exceeded = new(StatusCode.DeadlineExceeded, "Deadline Exceeded");

    // A timer cannot wait longer. A call that lives for weeks has no use for its deadline.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly ServerCall _call;
    private readonly Timer _timer;
    private readonly CancellationTokenSource _cancellation = new();
    private CancellationTokenRegistration _aborted;
    private bool _linked;
    private bool _ended;
    private Task? _endedByDeadline;

    public ServerDeadline(ServerCall call, TimeSpan timeout)
    {
        _call = call;
        var now = DateTime.UtcNow;
        Deadline = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        _timer = new Timer(
            static state => ((ServerDeadline)state!).OnPassed(),
            this,
            timeout < LongestWait ? timeout : Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public DateTime Deadline { get; }

    /// <summary>Cancelled by the deadline and by the client.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (this)
            {
                if (!_linked)
                {
                    _linked = true;
                    _aborted = _call.HttpContext.RequestAborted.UnsafeRegister(
                        static state => ((CancellationTokenSource)state!).Cancel(), _cancellation);
                }
            }

            return _cancellation.Token;
        }
    }

    /// <summary>To be called under the lock.</summary>
    public void ThrowIfExceeded()
    {
        if (_ended)
        {
            throw new RpcException(Exceeded);
        }
    }

    /// <summary>Claims the end of the call for the handler. To be called under the lock.</summary>
    public bool TryEnd()
    {
        if (_ended)
        {
            return false;
        }

        _ended = true;
        return true;
    }

    /// <summary>Waits until nothing touches the call any more.</summary>
    public async Task FinishAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _aborted.DisposeAsync().ConfigureAwait(false);
        if (_endedByDeadline is not null)
        {
            await _endedByDeadline.ConfigureAwait(false);
        }
    }

    private void OnPassed()
    {
        lock (this)
        {
            if (!TryEnd())
            {
                return;
            }

            // Whatever the handler does when it is told is no longer seen by the client.
            _endedByDeadline = _call.EndAtDeadlineAsync(_cancellation.CancelAsync());
        }
    }
}
