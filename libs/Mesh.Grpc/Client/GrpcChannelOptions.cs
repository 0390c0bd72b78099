namespace Grpc.Net.Client;

/// <summary>The options of a <see cref="GrpcChannel"/>.</summary>
public sealed class GrpcChannelOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>
    /// The handler that sends the HTTP requests, such as one of your own configuration. Null for the channel's own: a
    /// <see cref="SocketsHttpHandler"/> with keep-alive pings that opens further connections when one is full.
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
    /// Whether a call that was cancelled or passed its deadline throws <see cref="OperationCanceledException"/> rather
    /// than <see cref="Core.RpcException"/>. Off unless set.
    /// </summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }
}
