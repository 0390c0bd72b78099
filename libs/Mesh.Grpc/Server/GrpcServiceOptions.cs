using System.IO.Compression;
using Grpc.Net.Compression;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server;

/// <summary>The options of the gRPC services of a server.</summary>
public class GrpcServiceOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    private int? _maxReceiveMessageSize = DefaultMaxReceiveMessageSize;
    private int? _maxSendMessageSize;

    /// <summary>Creates options with their defaults.</summary>
    public GrpcServiceOptions()
        : this(MessageEncodings.DefaultProviders)
    {
    }

    private protected GrpcServiceOptions(IEnumerable<ICompressionProvider> providers)
    {
        CompressionProviders = [.. providers];
    }

    /// <summary>
    /// The longest request message in bytes; a longer one fails the call with RESOURCE_EXHAUSTED. Null for no limit;
    /// 4 MiB unless set.
    /// </summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set => (_maxReceiveMessageSize, IsMaxReceiveSet) = (value, true);
    }

    /// <summary>The longest response message in bytes; null, as unless set, for no limit.</summary>
    public int? MaxSendMessageSize
    {
        get => _maxSendMessageSize;
        set => (_maxSendMessageSize, IsMaxSendSet) = (value, true);
    }

    /// <summary>Whether the message of an unexpected exception is sent to the client. Off unless set.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>
    /// Whether calls of unknown services and methods are left to other endpoints, which most often means an HTTP 404,
    /// rather than answered with UNIMPLEMENTED. Off unless set.
    /// </summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>
    /// How responses are compressed for clients that accept it, by the name of one of
    /// <see cref="CompressionProviders"/>. Null, as unless set, for not at all; a handler may ask for it all the same
    /// by the metadata <c>grpc-internal-encoding-request</c> in its response headers.
    /// </summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard responses are compressed; null, as unless set, for the provider's own level.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>The encodings that are known; gzip and deflate unless changed.</summary>
    public IList<ICompressionProvider> CompressionProviders { get; set; }

    /// <summary>What stands around each call, outermost first.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    internal bool IsMaxReceiveSet { get; private set; }

    internal bool IsMaxSendSet { get; private set; }
}
