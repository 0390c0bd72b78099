using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway;

/// <summary>
/// Lets clients in at a rate that leaves time for those that are in: thousands that come back at once would otherwise
/// fill the pool's queue with handshakes, and everybody's calls would wait behind them. Who waits, waits in the
/// kernel's queue of the endpoint, where it costs nothing.
/// </summary>
internal sealed class PacedConnections(
    GatewayOptions options, IOptions<SocketTransportOptions> transport, ILoggerFactory logging)
    : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(transport, logging);

    /// <inheritdoc />
    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(
            await _sockets.BindAsync(endpoint, cancellationToken),
            new Pacer(options.ConnectionsPerSecond, Limits.ConnectionsAtOnce, TimeProvider.System));

    private sealed class Listener(IConnectionListener sockets, Pacer pacer) : IConnectionListener
    {
        public EndPoint EndPoint => sockets.EndPoint;

        // Called again only when it has returned: so one connection waits here, and no other is accepted.
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            ConnectionContext? connection = await sockets.AcceptAsync(cancellationToken);
            TimeSpan wait = connection is null ? TimeSpan.Zero : pacer.Next();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, CancellationToken.None);
            }

            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) =>
            sockets.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => sockets.DisposeAsync();
    }
}

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
