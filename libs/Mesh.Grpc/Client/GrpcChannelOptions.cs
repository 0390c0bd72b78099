using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>The options of a <see cref="GrpcChannel"/>.</summary>
public sealed class GrpcChannelOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    private const int DefaultMaxRetryAttempts = 5;
    private const long DefaultMaxRetryBufferSize = 16 * 1024 * 1024;
    private const long DefaultMaxRetryBufferPerCallSize = 1024 * 1024;

    private static readonly TimeSpan DefaultInitialBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefaultMaxBackoff = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How the channel is secured, and what its calls prove. Null for TLS with https and none with http; addresses of
    /// other schemes, such as <c>dns:///host:port</c>, need one.
    /// </summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>
    /// Whether call credentials are sent without TLS as well, for everyone on the way to read. Off unless set: they are
    /// left out then, with a warning in the log, as the official library does.
    /// </summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>How calls are spread and tried again; null for one connection and no retries.</summary>
    public ServiceConfig? ServiceConfig { get; set; }

    /// <summary>Whether a service config from a resolver is ignored.</summary>
    public bool DisableResolverServiceConfig { get; set; }

    /// <summary>The most attempts of a call, the first included, whatever the service config says; null for no limit.
    /// 5 unless set.</summary>
    public int? MaxRetryAttempts { get; set; } = DefaultMaxRetryAttempts;

    /// <summary>How many bytes of requests all calls together may keep for retries; null for no limit. A call that
    /// finds no room is not tried again. 16 MiB unless set.</summary>
    public long? MaxRetryBufferSize { get; set; } = DefaultMaxRetryBufferSize;

    /// <summary>How many bytes of requests one call may keep for retries; null for no limit. 1 MiB unless set.
    /// </summary>
    public long? MaxRetryBufferPerCallSize { get; set; } = DefaultMaxRetryBufferPerCallSize;

    /// <summary>The wait after connecting has failed for the first time; it grows with every failure. 1 s unless set.
    /// </summary>
    public TimeSpan InitialReconnectBackoff { get; set; } = DefaultInitialBackoff;

    /// <summary>What the wait after failing to connect does not grow beyond; null for no limit. 2 min unless set.
    /// </summary>
    public TimeSpan? MaxReconnectBackoff { get; set; } = DefaultMaxBackoff;

    /// <summary>Where the channel looks for each <see cref="ResolverFactory"/>.</summary>
    public IServiceProvider? ServiceProvider { get; set; }

    /// <summary>Makes loggers; null for no log.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// The handler that sends the HTTP requests, such as one with certificates of your own. Null for the channel's own:
    /// a <see cref="SocketsHttpHandler"/> with keep-alive pings that opens further connections when one is full.
    /// With a handler that is no <see cref="SocketsHttpHandler"/>, or one with a proxy or a
    /// <see cref="SocketsHttpHandler.ConnectCallback"/> of its own, the channel knows nothing of its connections.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>
    /// Whether the channel disposes of <see cref="HttpHandler"/>; its own handler is always disposed of.
    /// </summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>
    /// The longest response message in bytes; a longer one fails the call with RESOURCE_EXHAUSTED. Null for no limit;
    /// 4 MiB unless set.
    /// </summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    /// <summary>The longest request message in bytes; null, as unless set, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>
    /// The message encodings that are known; null, as unless set, for gzip and deflate. A call asks for one by the
    /// metadata <c>grpc-internal-encoding-request</c>; responses may use any of them.
    /// </summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>
    /// Whether a call that was cancelled or passed its deadline throws <see cref="OperationCanceledException"/> rather
    /// than <see cref="Core.RpcException"/>. Off unless set.
    /// </summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }
}
