namespace Grpc.AspNetCore.Server;

/// <summary>The options of the gRPC services of a server.</summary>
public class GrpcServiceOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>
    /// The longest request message in bytes; a longer one fails the call with RESOURCE_EXHAUSTED. Null for no limit;
    /// 4 MiB unless set.
    /// </summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    /// <summary>The longest response message in bytes; null, as unless set, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether the message of an unexpected exception is sent to the client. Off unless set.</summary>
    public bool? EnableDetailedErrors { get; set; }
}
