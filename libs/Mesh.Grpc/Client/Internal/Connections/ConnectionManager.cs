using System.Net;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>
/// Knows the addresses of a channel and which of them are connected, and gives each call its place. One lock guards the
/// state of all subchannels; calls take it only when they have to wait.
/// </summary>
internal sealed class ConnectionManager : IDisposable
{
    private readonly ConnectionSettings _settings;
    private readonly Resolver _resolver;
    private List<Subchannel> _subchannels = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SubchannelPicker _picker = SubchannelPicker.Waiting;
    private ConnectivityState _state;
    private Status? _resolveFailure;
    private bool _isRoundRobin;
    private bool _isStarted;
    private int _waiting;

    public ConnectionManager(ConnectionSettings settings, Resolver resolver)
    {
        _settings = settings;
        _resolver = resolver;
        _isRoundRobin = settings.IsRoundRobin;
        _resolver.Start(OnResolved);
    }

    public Lock Gate { get; } = new();

    public string Scheme => _settings.Scheme;

    public TimeSpan ConnectTimeout => _settings.ConnectTimeout;

    /// <summary>Whether a failed attempt is followed by another without a call that asks for it.</summary>
    public bool DialsAgain => !_settings.DialsOnCall || Volatile.Read(ref _waiting) > 0;

    public ConnectivityState State
    {
        get
        {
            lock (Gate)
            {
                return _state;
            }
        }
    }

    public IBackoffPolicy CreateBackoff() =>
        new ExponentialBackoff(_settings.InitialBackoff, _settings.MaxBackoff);

    /// <summary>Chooses a place for a call; waits while connecting.</summary>
    /// <param name="waitForReady">Whether to wait as well while connecting fails.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RpcException">UNAVAILABLE: connecting failed.</exception>
    public ValueTask<Subchannel> PickAsync(bool waitForReady, CancellationToken cancellationToken) =>
        _picker.Next() is { } connected
            ? new ValueTask<Subchannel>(connected)
            : new ValueTask<Subchannel>(WaitForPlaceAsync(waitForReady, cancellationToken));

    /// <summary>Connects, trying again until it has.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            while (true)
            {
                Task changed;
                lock (Gate)
                {
                    switch (_state)
                    {
                        case ConnectivityState.Ready:
                            return;
                        case ConnectivityState.Shutdown:
                            throw new ObjectDisposedException(nameof(GrpcChannel));
                        default:
                            LeaveIdle(now: false);
                            changed = _changed.Task;
                            break;
                    }
                }

                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public async Task WaitForStateChangedAsync(ConnectivityState last, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (Gate)
            {
                if (_state != last)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a connection to an address for the HTTP handler.</summary>
    public ValueTask<Stream> OpenAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        Subchannel? place;
        lock (Gate)
        {
            place = _subchannels.Find(known => IsAt(known.Current, endPoint));
        }

        return place is null
            ? throw new IOException($"Calls do not go to {endPoint.Host}:{endPoint.Port} any more.")
            : place.OpenAsync(endPoint, cancellationToken);
    }

    public static bool IsAt(BalancerAddress address, DnsEndPoint endPoint) =>
        address.EndPoint.Port == endPoint.Port
        && string.Equals(address.EndPoint.Host, endPoint.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);

    /// <summary>Told by a subchannel whose state has changed.</summary>
    public void OnChanged(Subchannel subchannel)
    {
        ConnectivityState state;
        lock (Gate)
        {
            state = subchannel.State;
            if (_isRoundRobin && state == ConnectivityState.Idle)
            {
                subchannel.RequestConnection();
            }

            Update();
        }

        ClientMessages.AddressChanged(_settings.Logger, subchannel.Current.ToString(), state);
        if (state is ConnectivityState.Idle or ConnectivityState.TransientFailure)
        {
            AskResolver();
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            _state = ConnectivityState.Shutdown;
            _subchannels.ForEach(static subchannel => subchannel.Shutdown());
            Tell();
        }

        _resolver.Dispose();
    }

    private async Task<Subchannel> WaitForPlaceAsync(bool waitForReady, CancellationToken cancellationToken)
    {
        var hasWaited = false;
        if (waitForReady)
        {
            Interlocked.Increment(ref _waiting);
        }

        try
        {
            while (true)
            {
                Task changed;
                lock (Gate)
                {
                    if (_picker.Next() is { } connected)
                    {
                        return connected;
                    }

                    if (_picker.Failure is { } failure && !waitForReady && (hasWaited || !_settings.DialsOnCall))
                    {
                        throw new RpcException(failure);
                    }

                    LeaveIdle(now: _settings.DialsOnCall && !hasWaited);
                    changed = _changed.Task;
                }

                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                hasWaited = true;
            }
        }
        finally
        {
            if (waitForReady)
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    // Under the lock.
    private void LeaveIdle(bool now)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _state = ConnectivityState.Connecting;
            AskResolver();
        }

        foreach (var subchannel in _subchannels)
        {
            subchannel.RequestConnection(now);
        }

        Update();
    }

    // It may be anybody's code, and must not end a loop of ours.
    private void AskResolver()
    {
        try
        {
            _resolver.Refresh();
        }
        catch (Exception exception)
        {
            ClientMessages.ResolveFailed(_settings.Logger, exception);
            OnResolved(ResolverResult.ForFailure(new Status(
                StatusCode.Unavailable, "Resolving failed: " + exception.Message, exception)));
        }
    }

    private void OnResolved(ResolverResult result)
    {
        lock (Gate)
        {
            if (_state == ConnectivityState.Shutdown)
            {
                return;
            }

            if (result.Addresses is not { Count: > 0 } found)
            {
                // Known addresses may still be good.
                _resolveFailure = result.Status.StatusCode != StatusCode.OK
                    ? result.Status
                    : new Status(StatusCode.Unavailable, "The name resolves to no address.");
                Update();
                return;
            }

            _resolveFailure = null;
            if (_settings.UsesResolverConfig && result.ServiceConfig is { LoadBalancingConfigs.Count: > 0 } config)
            {
                SetPolicy(ConnectionSettings.UsesRoundRobin(config));
            }

            SetAddresses(found);
            Update();
        }
    }

    private void SetPolicy(bool isRoundRobin)
    {
        if (isRoundRobin != _isRoundRobin)
        {
            _isRoundRobin = isRoundRobin;
            _subchannels.ForEach(static subchannel => subchannel.Shutdown());
            _subchannels = [];
        }
    }

    private void SetAddresses(IReadOnlyList<BalancerAddress> found)
    {
        List<BalancerAddress> addresses = [];
        foreach (var address in found)
        {
            if (!addresses.Exists(address.IsSameAs))
            {
                addresses.Add(address);
            }
        }

        if (!_isRoundRobin && _subchannels is [var only]
            && (only.State != ConnectivityState.Ready || addresses.Exists(only.Current.IsSameAs)))
        {
            only.Update(addresses);
            return;
        }

        var gone = _subchannels;
        _subchannels = [];
        foreach (IReadOnlyList<BalancerAddress> place in
            _isRoundRobin ? addresses.ConvertAll<IReadOnlyList<BalancerAddress>>(address => [address]) : [addresses])
        {
            var known = gone.Find(subchannel => subchannel.Current.IsSameAs(place[0]));
            _subchannels.Add(known ?? new Subchannel(this, place));
            gone = gone.FindAll(subchannel => subchannel != known);
        }

        _subchannels.ForEach(static subchannel => subchannel.RequestConnection());
        gone.ForEach(static subchannel => subchannel.Shutdown());
    }

    /// <summary>Derives the channel's state from those of its subchannels. Under the lock.</summary>
    private void Update()
    {
        if (_state == ConnectivityState.Shutdown)
        {
            return;
        }

        var connected = _subchannels.FindAll(static place => place.State == ConnectivityState.Ready);
        if (connected.Count > 0)
        {
            Set(ConnectivityState.Ready, SubchannelPicker.Connected([.. connected]));
        }
        else if (_subchannels.Exists(static place => place.State == ConnectivityState.Connecting))
        {
            Set(ConnectivityState.Connecting, SubchannelPicker.Waiting);
        }
        else if (_subchannels.Find(static place => place.State == ConnectivityState.TransientFailure) is { } failed)
        {
            Set(ConnectivityState.TransientFailure, SubchannelPicker.Failed(failed.Failure));
        }
        else if (_subchannels.Count == 0 && _resolveFailure is { } failure)
        {
            Set(ConnectivityState.TransientFailure, SubchannelPicker.Failed(failure));
        }
        else
        {
            Set(
                _subchannels.Count == 0 && _isStarted ? ConnectivityState.Connecting : ConnectivityState.Idle,
                SubchannelPicker.Waiting);
        }
    }

    private void Set(ConnectivityState state, SubchannelPicker picker)
    {
        if (state == _state && picker == _picker)
        {
            return;
        }

        _state = state;
        _picker = picker;
        Tell();
    }

    private void Tell()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }
}
