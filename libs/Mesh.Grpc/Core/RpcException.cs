namespace Grpc.Core;

/// <summary>
/// A call that ended with another status than OK. A handler throws it to choose the status and trailers of its reply.
/// </summary>
public class RpcException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="status">The result of the call.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Creates an exception with its own message.</summary>
    /// <param name="status">The result of the call.</param>
    /// <param name="message">The message of the exception; not sent.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Creates an exception with trailers.</summary>
    /// <param name="status">The result of the call.</param>
    /// <param name="trailers">The trailers that go with the status.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Creates an exception with trailers and its own message.</summary>
    /// <param name="status">The result of the call.</param>
    /// <param name="trailers">The trailers that go with the status.</param>
    /// <param name="message">The message of the exception; not sent.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The result of the call.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The trailers; never null.</summary>
    public Metadata Trailers { get; }
}
