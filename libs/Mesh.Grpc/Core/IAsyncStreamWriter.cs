namespace Grpc.Core;

/// <summary>A stream of messages to the other side of a call. One write at a time.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>The options of the writes that follow; null means to send at once.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes one message. The message may be changed once the call has returned a completed task.</summary>
    /// <param name="message">The message.</param>
    /// <returns>A task that completes when the message has been accepted, which is slower when the other side reads
    /// slowly.</returns>
    /// <exception cref="RpcException">The call has ended.</exception>
    Task WriteAsync(T message);

    /// <summary>Writes one message; the token cancels waiting for room.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>As <see cref="WriteAsync(T)"/>.</returns>
    /// <exception cref="NotSupportedException">This writer cannot cancel a write.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            throw new NotSupportedException("Cancelling a write is not supported by this writer.");
        }

        return WriteAsync(message);
    }
}
