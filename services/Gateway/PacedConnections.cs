using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway;

/// <summary>
/// Lets clients in at a rate that leaves time for those that are in: thousands that come back at once would otherwise
/// fill the pool's queue with handshakes, and everybody's calls would wait behind them. Who waits is accepted and not
/// read: it costs a socket. A gRPC client that waits is greeted, so that it knows itself connected and does not give up
/// and come again, with thousands of others, every 20 s (gRPC connection back-off, MIN_CONNECT_TIMEOUT): its calls wait
/// as long as their own deadlines let them. Who has given up takes nobody's turn. (In the kernel's queue all this was
/// different: when it is full a client can take itself for connected whose handshake the kernel has forgotten.)
/// </summary>
internal sealed class PacedConnections(
    GatewayOptions options, IOptions<SocketTransportOptions> transport, ILogger<PacedConnections> log)
    : IConnectionListenerFactory
{
    /// <inheritdoc />
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = transport.Value.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(failure.Message, failure);
        }

        socket.Listen(transport.Value.Backlog);
        return ValueTask.FromResult<IConnectionListener>(new Listener(
            socket,
            new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), log),
            options,
            IsGrpc(endpoint) ? Greeting.Of(options.StreamsPerConnection) : default));
    }

    // The transport is told no more of an endpoint than its address.
    private bool IsGrpc(EndPoint endpoint) =>
        endpoint is IPEndPoint { Port: var port } && port == options.Grpc.Port && port != options.Web.Port;

    private sealed class Listener : IConnectionListener
    {
        private readonly Socket _socket;
        private readonly SocketConnectionContextFactory _connections;
        private readonly ReadOnlyMemory<byte> _greeting;
        private readonly Channel<Socket> _waiting;
        private readonly Pacer _pacer;
        private readonly Pacer _clearing;
        private readonly Task _accepting;

        internal Listener(
            Socket socket,
            SocketConnectionContextFactory connections,
            GatewayOptions options,
            ReadOnlyMemory<byte> greeting)
        {
            _socket = socket;
            EndPoint = socket.LocalEndPoint!;
            _connections = connections;
            _greeting = greeting;
            _waiting = Channel.CreateBounded<Socket>(options.Connections);
            _pacer = new Pacer(options.ConnectionsPerSecond, Limits.ConnectionsAtOnce, TimeProvider.System);
            _clearing = new Pacer(Limits.ClearedPerSecond, Limits.ConnectionsAtOnce, TimeProvider.System);
            _accepting = AcceptAllAsync();
        }

        public EndPoint EndPoint { get; }

        // Called again only when it has returned: so each waits for the turn of the one before.
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                while (_waiting.Reader.TryRead(out Socket? client))
                {
                    if (TcpState.IsEnded(client))
                    {
                        client.Dispose();
                        await DelayAsync(_clearing.Next());
                        continue;
                    }

                    await DelayAsync(_pacer.Next());
                    return _connections.Create(client);
                }
            }

            return null;
        }

        // Whoever waits still is sent away: the server does not stop before AcceptAsync has nobody more.
        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _socket.Dispose();
            await _accepting;
            while (_waiting.Reader.TryRead(out Socket? client))
            {
                client.Dispose();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await UnbindAsync();
            _connections.Dispose();
        }

        // To accept costs little, but not ten thousand times at once.
        private async Task AcceptAllAsync()
        {
            Pacer pacer = new(Limits.AcceptedPerSecond, Limits.ConnectionsAtOnce, TimeProvider.System);
            while (true)
            {
                try
                {
                    Socket client = await _socket.AcceptAsync();
                    client.NoDelay = true;
                    if (!_greeting.IsEmpty && _waiting.Reader.Count > 0)
                    {
                        Greet(client);
                    }

                    if (!_waiting.Writer.TryWrite(client))
                    {
                        client.Dispose();
                    }
                }
                catch (Exception closed) when (closed is ObjectDisposedException
                    or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    _waiting.Writer.Complete();
                    return;
                }
                catch (SocketException)
                {
                    // This one has gone already, or there is no room for its socket now.
                }

                await DelayAsync(pacer.Next());
            }
        }

        private void Greet(Socket client)
        {
            try
            {
                client.Send(_greeting.Span);
            }
            catch (SocketException)
            {
                // It has gone already, which its turn will show.
            }
        }

        private static Task DelayAsync(TimeSpan wait) =>
            wait > TimeSpan.Zero ? Task.Delay(wait, CancellationToken.None) : Task.CompletedTask;
    }
}
