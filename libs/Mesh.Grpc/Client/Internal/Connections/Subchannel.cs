using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>
/// One place that calls can go to: an address, or the first of several that answers. It dials once, so that it knows
/// whether it may be offered to calls, and keeps the socket for the first HTTP/2 connection; the HTTP handler opens
/// further ones through <see cref="OpenAsync"/>. State is guarded by the manager's lock.
/// </summary>
internal sealed class Subchannel(ConnectionManager manager, IReadOnlyList<BalancerAddress> addresses)
{
    // A socket that waits for its first call is looked after this often.
    private static readonly TimeSpan KeptCheckInterval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _shutdown = new();
    private readonly HashSet<ConnectionStream> _open = [];
    private ConcurrentDictionary<string, Uri> _methods = new(StringComparer.Ordinal);
    private TaskCompletionSource? _hurry;
    private ConnectionStream? _kept;
    private bool _isDialling;
    private int _calls;

    /// <summary>After a failure it stays one until a connection stands, so that calls do not wait in vain.</summary>
    public ConnectivityState State { get; private set; }

    /// <summary>Why the last attempt failed.</summary>
    public Status Failure { get; private set; }

    public IReadOnlyList<BalancerAddress> Addresses { get; private set; } = addresses;

    /// <summary>The address that it is, or is to be, connected to.</summary>
    public BalancerAddress Current { get; private set; } = addresses[0];

    public Uri AddressOf(string path) =>
        _methods.TryGetValue(path, out var known) ? known : _methods.GetOrAdd(path, UriOf(path));

    /// <summary>Dials unless it is dialling or connected. Under the manager's lock.</summary>
    /// <param name="now">Whether a back-off is cut short, and calls wait for the outcome.</param>
    public void RequestConnection(bool now = false)
    {
        if (State is ConnectivityState.Ready or ConnectivityState.Shutdown)
        {
            return;
        }

        if (State != ConnectivityState.TransientFailure || now)
        {
            State = ConnectivityState.Connecting;
        }

        if (!_isDialling)
        {
            _isDialling = true;
            _ = DialUntilConnectedAsync();
        }
        else if (now)
        {
            _hurry?.TrySetResult();
        }
    }

    /// <summary>Replaces the addresses of one that is not connected, or to an address that stays. Under the manager's
    /// lock.</summary>
    public void Update(IReadOnlyList<BalancerAddress> addresses)
    {
        var isChanged = addresses.Count != Addresses.Count
            || addresses.Zip(Addresses).Any(static pair => !pair.First.IsSameAs(pair.Second));
        Addresses = addresses;
        if (isChanged)
        {
            // The back-off was for the old ones.
            _hurry?.TrySetResult();
        }

        if (!addresses.Any(Current.IsSameAs))
        {
            GoTo(addresses[0]);
        }
    }

    /// <summary>Ends it; connections close after their last call. Under the manager's lock.</summary>
    public void Shutdown()
    {
        if (State != ConnectivityState.Shutdown)
        {
            State = ConnectivityState.Shutdown;
            _shutdown.Cancel();
            TakeKept()?.Dispose();
            CloseWhenUnused();
        }
    }

    public void OnCallStarted() => Interlocked.Increment(ref _calls);

    public void OnCallEnded()
    {
        if (Interlocked.Decrement(ref _calls) == 0 && _shutdown.IsCancellationRequested)
        {
            CloseWhenUnused();
        }
    }

    /// <summary>Opens a connection for the HTTP handler.</summary>
    /// <exception cref="IOException">The subchannel has moved on to another address.</exception>
    public async ValueTask<Stream> OpenAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        BalancerAddress address;
        ConnectionStream? kept;
        lock (manager.Gate)
        {
            address = State == ConnectivityState.Shutdown || !ConnectionManager.IsAt(Current, endPoint)
                ? throw new IOException($"Calls do not go to {endPoint.Host}:{endPoint.Port} any more.")
                : Current;
            kept = TakeKept();
        }

        if (kept is { IsClosedByPeer: false })
        {
            return kept;
        }

        try
        {
            return await DialAsync(address, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Older connections may be closing still: new calls must not be sent here before it is reached again.
            OnLost();
            throw;
        }
        finally
        {
            kept?.Dispose();
        }
    }

    public void OnClosed(ConnectionStream stream)
    {
        lock (manager.Gate)
        {
            if (!_open.Remove(stream) || _open.Count > 0)
            {
                return;
            }
        }

        OnLost();
    }

    private void OnLost()
    {
        lock (manager.Gate)
        {
            if (State != ConnectivityState.Ready)
            {
                return;
            }

            State = ConnectivityState.Idle;
        }

        manager.OnChanged(this);
    }

    private async Task DialUntilConnectedAsync()
    {
        // Off the thread that asked, which holds the lock.
        await Task.Yield();
        var backoff = manager.CreateBackoff();
        while (!_shutdown.IsCancellationRequested)
        {
            TaskCompletionSource hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (manager.Gate)
            {
                _hurry = hurry;
            }

            var failure = await TryAddressesAsync().ConfigureAwait(false);
            bool dialsAgain;
            lock (manager.Gate)
            {
                if (State == ConnectivityState.Shutdown)
                {
                    return;
                }

                State = failure is null ? ConnectivityState.Ready : ConnectivityState.TransientFailure;
                Failure = failure ?? Status.DefaultSuccess;
                dialsAgain = failure is not null && manager.DialsAgain;
                _isDialling = dialsAgain;
            }

            manager.OnChanged(this);
            if (!dialsAgain)
            {
                return;
            }

            using var wait = new CancellationTokenSource();
            await Task.WhenAny(hurry.Task, Task.Delay(backoff.NextBackoff(), wait.Token)).ConfigureAwait(false);
            await wait.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Dials one address after the other, until one answers.</summary>
    /// <returns>Why none did; null when one has.</returns>
    private async Task<Status?> TryAddressesAsync()
    {
        Exception? last = null;
        var at = "";
        foreach (var address in Addresses)
        {
            try
            {
                var stream = await DialAsync(address, _shutdown.Token).ConfigureAwait(false);
                Keep(stream, address);
                return null;
            }
            catch (Exception exception)
            {
                last = exception;
                at = address.ToString();
            }
        }

        var reason = last is OperationCanceledException ? "no answer in time" : last?.Message ?? "no address";
        return new Status(StatusCode.Unavailable, $"The connection failed: {reason} ({at})", last);
    }

    private void Keep(ConnectionStream stream, BalancerAddress address)
    {
        lock (manager.Gate)
        {
            if (State == ConnectivityState.Shutdown)
            {
                stream.Dispose();
                return;
            }

            if (!Current.IsSameAs(address))
            {
                GoTo(address);
            }

            _kept = stream;
        }

        _ = WatchKeptAsync(stream);
    }

    private void GoTo(BalancerAddress address)
    {
        Current = address;
        _methods = new ConcurrentDictionary<string, Uri>(StringComparer.Ordinal);
    }

    // Nobody reads from a socket that waits for its first call, so nobody is told when the other side closes it.
    private async Task WatchKeptAsync(ConnectionStream stream)
    {
        using var timer = new PeriodicTimer(KeptCheckInterval);
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            lock (manager.Gate)
            {
                if (_kept != stream)
                {
                    return;
                }

                if (!stream.IsClosedByPeer)
                {
                    continue;
                }

                _kept = null;
            }

            stream.Dispose();
            return;
        }
    }

    private ConnectionStream? TakeKept()
    {
        var kept = _kept;
        _kept = null;
        return kept;
    }

    private async Task<ConnectionStream> DialAsync(BalancerAddress address, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(manager.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.EndPoint, timeout.Token).ConfigureAwait(false);
            var stream = new ConnectionStream(socket, this);
            lock (manager.Gate)
            {
                _open.Add(stream);
            }

            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void CloseWhenUnused()
    {
        if (Volatile.Read(ref _calls) > 0)
        {
            return;
        }

        ConnectionStream[] open;
        lock (manager.Gate)
        {
            open = [.. _open];
        }

        foreach (var stream in open)
        {
            stream.Dispose();
        }
    }

    private Uri UriOf(string path) =>
        new(new UriBuilder(manager.Scheme, Current.EndPoint.Host, Current.EndPoint.Port).Uri, path);
}
