using System.Net.Sockets;
using Grpc.Net.Client.Internal.Connections;

namespace Grpc.Net.Client.Internal;

/// <summary>Makes HTTP handlers open their connections through the channel that sends a request.</summary>
internal static class ChannelHandler
{
    /// <summary>On each request through a handler that others may share: which channel sends it.</summary>
    public static readonly HttpRequestOptionsKey<ConnectionManager> Owner = new("Grpc.Net.Client.Channel");

    // Long enough to bother nobody, short enough to notice a peer that vanished without a word.
    private static readonly TimeSpan KeepAlivePingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    private static readonly Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> SharedConnect =
        ConnectForOwnerAsync;

    /// <summary>Makes a channel's own handler.</summary>
    public static SocketsHttpHandler Create() => new()
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        KeepAlivePingDelay = KeepAlivePingDelay,
        KeepAlivePingTimeout = KeepAlivePingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };

    /// <summary>The handler at the end of a chain, if it opens connections.</summary>
    public static SocketsHttpHandler? FindSockets(HttpMessageHandler handler)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        return handler as SocketsHttpHandler;
    }

    /// <summary>Makes a handler that the user brought open connections through the channel.</summary>
    /// <returns>False when it cannot: it has a way of its own, or has been used already.</returns>
    public static bool TryTakeOver(SocketsHttpHandler handler, Uri address)
    {
        if (handler.ConnectCallback is not null)
        {
            return handler.ConnectCallback == SharedConnect;
        }

        if (handler.UseProxy && (handler.Proxy ?? HttpClient.DefaultProxy) is var proxy && !proxy.IsBypassed(address)
            && proxy.GetProxy(address) is { } by && by != address)
        {
            return false;
        }

        try
        {
            handler.ConnectCallback = SharedConnect;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The time that a handler gives a connection.</summary>
    public static TimeSpan ConnectTimeoutOf(SocketsHttpHandler? handler) =>
        handler is null || handler.ConnectTimeout == Timeout.InfiniteTimeSpan ? ConnectTimeout : handler.ConnectTimeout;

    private static async ValueTask<Stream> ConnectForOwnerAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (context.InitialRequestMessage.Options.TryGetValue(Owner, out var owner))
        {
            return await owner.OpenAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
        }

        // A request that is not a channel's.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
