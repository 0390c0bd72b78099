namespace Grpc.Core;

/// <summary>A stream of messages from the other side of a call. One reader at a time.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last successful <see cref="MoveNext"/> arrived at.</summary>
    T Current { get; }

    /// <summary>
    /// Moves to the next message. Completes synchronously when a whole message has been received already.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; on the client it cancels the call.</param>
    /// <returns>True when there is a message in <see cref="Current"/>; false when the stream has ended well.</returns>
    /// <exception cref="RpcException">The call has ended with another status than OK, or the input is malformed.
    /// </exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
