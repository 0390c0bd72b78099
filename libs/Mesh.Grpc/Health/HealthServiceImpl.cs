using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;

namespace Grpc.HealthCheck;

/// <summary>
/// Tells the health of services, as grpc.health.v1 asks. Thread-safe. The empty name stands for the server as a whole.
/// Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
/// </summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly object _gate = new();
    private readonly Dictionary<string, HealthCheckResponse.Types.ServingStatus> _statuses =
        new(StringComparer.Ordinal);

    private readonly Dictionary<string, List<Channel<HealthCheckResponse.Types.ServingStatus>>> _watchers =
        new(StringComparer.Ordinal);

    private bool _stopped;

    /// <summary>Sets the status of a service and tells whoever watches it.</summary>
    /// <param name="service">The full name; empty for the server as a whole.</param>
    /// <param name="status">The status.</param>
    public void SetStatus(string service, HealthCheckResponse.Types.ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_gate)
        {
            // Who publishes while the server stops does not bring it back.
            var before = StatusOf(service);
            _statuses[service] = _stopped ? HealthCheckResponse.Types.ServingStatus.NotServing : status;
            NotifyIfChanged(service, before);
        }
    }

    /// <summary>Forgets a service.</summary>
    /// <param name="service">The full name.</param>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_gate)
        {
            var before = StatusOf(service);
            _statuses.Remove(service);
            NotifyIfChanged(service, before);
        }
    }

    /// <summary>Forgets every service.</summary>
    public void ClearAll()
    {
        lock (_gate)
        {
            foreach (var service in _statuses.Keys.ToArray())
            {
                ClearStatus(service);
            }
        }
    }

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            return _statuses.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, $"Unknown service '{request.Service}'."));
        }
    }

    /// <inheritdoc/>
    public override async Task Watch(
        HealthCheckRequest request,
        IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(responseStream);
        ArgumentNullException.ThrowIfNull(context);

        // A slow watcher misses statuses in between, never the latest.
        var changes = Channel.CreateBounded<HealthCheckResponse.Types.ServingStatus>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        Subscribe(request.Service, changes);
        try
        {
            await foreach (var status in changes.Reader.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
            }
        }
        finally
        {
            Unsubscribe(request.Service, changes);
        }

        throw new RpcException(new Status(StatusCode.Unavailable, "The server is stopping."));
    }

    /// <summary>
    /// Says NOT_SERVING for everything and ends all watches, so that they do not hold up the server's end.
    /// </summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var service in _statuses.Keys.ToArray())
            {
                SetStatus(service, HealthCheckResponse.Types.ServingStatus.NotServing);
            }

            foreach (var watcher in _watchers.Values.SelectMany(watchers => watchers))
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    private HealthCheckResponse.Types.ServingStatus StatusOf(string service) =>
        _statuses.GetValueOrDefault(service, HealthCheckResponse.Types.ServingStatus.ServiceUnknown);

    private void NotifyIfChanged(string service, HealthCheckResponse.Types.ServingStatus before)
    {
        var now = StatusOf(service);
        if (now != before && _watchers.TryGetValue(service, out var watchers))
        {
            foreach (var watcher in watchers)
            {
                watcher.Writer.TryWrite(now);
            }
        }
    }

    private void Subscribe(string service, Channel<HealthCheckResponse.Types.ServingStatus> changes)
    {
        lock (_gate)
        {
            if (!_watchers.TryGetValue(service, out var watchers))
            {
                _watchers[service] = watchers = [];
            }

            watchers.Add(changes);
            changes.Writer.TryWrite(StatusOf(service));
            if (_stopped)
            {
                changes.Writer.TryComplete();
            }
        }
    }

    private void Unsubscribe(string service, Channel<HealthCheckResponse.Types.ServingStatus> changes)
    {
        lock (_gate)
        {
            if (_watchers.TryGetValue(service, out var watchers) && watchers.Remove(changes) && watchers.Count == 0)
            {
                _watchers.Remove(service);
            }
        }
    }
}
