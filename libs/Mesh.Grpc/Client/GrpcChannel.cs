using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Internal;
using Grpc.Net.Client.Internal.Connections;
using Grpc.Net.Client.Internal.Retries;
using Grpc.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>
/// A way to a server, or to several that do the same, over HTTP/2 with or without TLS. Connections are opened when
/// needed, shared by all calls and kept. Thread-safe; make one per service and keep it.
/// </summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    private readonly HttpMessageInvoker _http;
    private readonly ConnectionManager? _connections;
    private readonly CancellationTokenSource _disposal = new();
    private readonly ConcurrentDictionary<string, MethodRoute> _routes = new(StringComparer.Ordinal);
    private readonly string _scheme;
    private int _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority.Length > 0 ? address.Authority : address.OriginalString)
    {
        Address = address;
        _scheme = SchemeOf(address, options.Credentials);
        Disposal = _disposal.Token;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        MaxSendMessageSize = options.MaxSendMessageSize;
        ThrowOperationCanceled = options.ThrowOperationCanceledOnCancellation;
        Encodings = new MessageEncodings(options.CompressionProviders ?? MessageEncodings.DefaultProviders);
        Logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<GrpcChannel>();
        CallCredentials = options.Credentials?.CallCredentials;
        SendsCallCredentials =
            _scheme == Uri.UriSchemeHttps || options.UnsafeUseInsecureChannelCallCredentials;
        Retries = new RetryPlans(options);
        (_http, _connections) = Connect(options);
    }

    /// <summary>How the channel is connected.</summary>
    /// <exception cref="InvalidOperationException">The channel has an HTTP handler of which it cannot tell.</exception>
    public ConnectivityState State => Tracked().State;

    internal Uri Address { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal int? MaxSendMessageSize { get; }

    internal bool ThrowOperationCanceled { get; }

    internal MessageEncodings Encodings { get; }

    internal ILogger Logger { get; }

    internal RetryPlans Retries { get; }

    /// <summary>What every call proves; null for nothing.</summary>
    internal CallCredentials? CallCredentials { get; }

    /// <summary>Whether call credentials may be sent: over TLS, or where the user insists.</summary>
    internal bool SendsCallCredentials { get; }

    internal HttpMessageInvoker Http => _http;

    /// <summary>Gives calls their places; null where every call goes to the channel's own address.</summary>
    internal ConnectionManager? Connections => _connections;

    /// <summary>Whether requests carry the channel, for a handler that may be shared with others.</summary>
    internal bool MarksRequests { get; private set; }

    /// <summary>Cancelled when the channel is disposed of.</summary>
    internal CancellationToken Disposal { get; }

    internal bool SendsTls => _scheme == Uri.UriSchemeHttps;

    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Creates a channel. It connects with its first call.</summary>
    /// <param name="address">The server, such as <c>http://localhost:8400</c>; http is HTTP/2 without TLS.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel with options.</summary>
    /// <param name="address">The server, or what a resolver makes servers of, such as <c>dns:///host:port</c>.</param>
    /// <param name="channelOptions">The options; read once.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) =>
        ForAddress(new Uri(address), channelOptions);

    /// <summary>Creates a channel. It connects with its first call.</summary>
    /// <param name="address">The server.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel with options.</summary>
    /// <param name="address">The server, or what a resolver makes servers of.</param>
    /// <param name="channelOptions">The options; read once.</param>
    /// <returns>The channel.</returns>
    /// <exception cref="ArgumentException">The address is not absolute.</exception>
    /// <exception cref="InvalidOperationException">The options do not fit the address or one another.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return address.IsAbsoluteUri
            ? new GrpcChannel(address, channelOptions)
            : throw new ArgumentException($"The address '{address}' has no scheme, such as http.", nameof(address));
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker() => new HttpCallInvoker(this);

    /// <summary>Connects before the first call, trying again until it has.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A task that completes when the channel is <see cref="ConnectivityState.Ready"/>.</returns>
    /// <exception cref="InvalidOperationException">The channel has an HTTP handler of which it cannot tell.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return Tracked().ConnectAsync(cancellationToken);
    }

    /// <summary>Waits for another state than the one last seen.</summary>
    /// <param name="lastObservedState">The state last seen.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the channel is in another state.</returns>
    /// <exception cref="InvalidOperationException">The channel has an HTTP handler of which it cannot tell.</exception>
    public Task WaitForStateChangedAsync(
        ConnectivityState lastObservedState, CancellationToken cancellationToken = default) =>
        Tracked().WaitForStateChangedAsync(lastObservedState, cancellationToken);

    /// <summary>Ends the channel: calls under way are cancelled, new ones fail, connections are closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _disposal.Cancel();
        _disposal.Dispose();
        _connections?.Dispose();
        _http.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>What is known of a method; made once, since parsing an address costs more than the rest.</summary>
    internal MethodRoute RouteOf(IMethod method) =>
        _routes.TryGetValue(method.FullName, out var known)
            ? known
            : _routes.GetOrAdd(method.FullName, new MethodRoute(method, this));

    private static string SchemeOf(Uri address, ChannelCredentials? credentials)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            return credentials is null
                ? throw new InvalidOperationException(
                    $"GrpcChannelOptions.Credentials is needed with the address '{address}', which does not say "
                    + "whether to use TLS: set ChannelCredentials.SecureSsl or ChannelCredentials.Insecure.")
                : credentials.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        }

        return credentials is null || credentials.IsSecure == (address.Scheme == Uri.UriSchemeHttps)
            ? address.Scheme
            : throw new InvalidOperationException(
                $"GrpcChannelOptions.Credentials asks for {(credentials.IsSecure ? "TLS" : "no TLS")}, but the "
                + $"address '{address}' begins with {address.Scheme}.");
    }

    private (HttpMessageInvoker Http, ConnectionManager? Connections) Connect(GrpcChannelOptions options)
    {
        var isFixed = Address.Scheme == _scheme;
        if (options.HttpHandler is not { } handler)
        {
            var own = ChannelHandler.Create();
            var manager = CreateManager(options, isFixed, handler: null);
            own.ConnectCallback = (context, cancellationToken) =>
                manager.OpenAsync(context.DnsEndPoint, cancellationToken);
            return (new HttpMessageInvoker(own, disposeHandler: true), manager);
        }

        var http = new HttpMessageInvoker(handler, options.DisposeHttpClient);
        var sockets = ChannelHandler.FindSockets(handler);
        if (sockets is not null && ChannelHandler.TryTakeOver(sockets, Address))
        {
            MarksRequests = true;
            return (http, CreateManager(options, isFixed, sockets));
        }

        return isFixed
            ? (http, null)
            : throw new InvalidOperationException(
                $"GrpcChannelOptions.HttpHandler cannot serve the address '{Address}': connecting to several servers "
                + "takes a SocketsHttpHandler without a proxy or a ConnectCallback, which has not sent anything yet.");
    }

    private ConnectionManager CreateManager(GrpcChannelOptions options, bool isFixed, SocketsHttpHandler? handler)
    {
        Check(options);
        return new ConnectionManager(
            new ConnectionSettings
            {
                Scheme = _scheme,
                Logger = Logger,
                DialsOnCall = isFixed,
                IsRoundRobin = ConnectionSettings.UsesRoundRobin(options.ServiceConfig),
                UsesResolverConfig = !options.DisableResolverServiceConfig,
                ConnectTimeout = ChannelHandler.ConnectTimeoutOf(handler),
                InitialBackoff = options.InitialReconnectBackoff,
                MaxBackoff = options.MaxReconnectBackoff,
            },
            isFixed ? new StaticResolver([new BalancerAddress(Address.IdnHost, Address.Port)]) : FindResolver(options));
    }

    private Resolver FindResolver(GrpcChannelOptions options)
    {
        var resolverOptions = new ResolverOptions(
            Address,
            _scheme == Uri.UriSchemeHttps ? HttpsPort : HttpPort,
            options.LoggerFactory ?? NullLoggerFactory.Instance,
            options);
        var factory = options.ServiceProvider?.GetServices<ResolverFactory>()
            .FirstOrDefault(known => string.Equals(known.Name, Address.Scheme, StringComparison.OrdinalIgnoreCase));
        factory ??= Address.Scheme == "dns" ? new DnsResolverFactory(Timeout.InfiniteTimeSpan) : null;
        return factory?.Create(resolverOptions) ?? throw new InvalidOperationException(
            $"No resolver is known for the scheme of the address '{Address}': add a ResolverFactory of that name to "
            + "the services of GrpcChannelOptions.ServiceProvider.");
    }

    private static void Check(GrpcChannelOptions options)
    {
        if (options.InitialReconnectBackoff <= TimeSpan.Zero)
        {
            throw new InvalidOperationException("GrpcChannelOptions.InitialReconnectBackoff must be above zero.");
        }

        if (options.MaxReconnectBackoff <= TimeSpan.Zero)
        {
            throw new InvalidOperationException("GrpcChannelOptions.MaxReconnectBackoff must be above zero.");
        }
    }

    private ConnectionManager Tracked() => _connections ?? throw new InvalidOperationException(
        "GrpcChannelOptions.HttpHandler opens its connections by itself: the channel cannot tell their state.");
}
