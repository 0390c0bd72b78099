using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>What the user of a client-streaming or duplex call writes to.</summary>
/// <typeparam name="T">The request type.</typeparam>
internal sealed class RequestStreamWriter<T>(
    RequestPump pump,
    Action<T, SerializationContext> serializer,
    int? maxBytes,
    MessageEncoding? encoding,
    WriteOptions? options)
    : IClientStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; } = options;

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        try
        {
            var flags = WriteOptions?.Flags ?? default;
            var written = pump.Write(
                serializer,
                message,
                maxBytes,
                (flags & WriteFlags.NoCompress) != 0 ? null : encoding,
                (flags & WriteFlags.BufferHint) != 0);

            // The message is in the buffer already: a token stops the wait for room, not the message.
            return written.IsCompleted ? written : written.WaitAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    public Task CompleteAsync() => pump.CompleteAsync();
}
