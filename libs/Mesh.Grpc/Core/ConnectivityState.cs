namespace Grpc.Core;

/// <summary>
/// How a channel is connected.
/// Source: https://github.com/grpc/grpc/blob/master/doc/connectivity-semantics-and-api.md
/// </summary>
public enum ConnectivityState
{
    /// <summary>Not connected, and not trying to: nobody calls.</summary>
    Idle,

    /// <summary>Connecting, for the first time or after a connection was lost.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Connecting failed; it is tried again after a back-off.</summary>
    TransientFailure,

    /// <summary>The channel was disposed of.</summary>
    Shutdown,
}
