using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The responses of a streaming call, serialised straight into the transport's buffers.</summary>
/// <typeparam name="T">The response type.</typeparam>
internal sealed class ResponseStream<T>(ServerCall call, Action<T, SerializationContext> serializer)
    : IServerStreamWriter<T>
    where T : class
{
    // Hinted messages do not pile up without end: beyond this they are sent, so that a slow client is felt.
    private const int MostUnflushedBytes = 32 * 1024;

    private int _unflushedBytes;
    private bool _isFlushing;
    private bool _ended;

    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        if (_ended || _isFlushing)
        {
            return Task.FromException(new InvalidOperationException(_ended
                ? "The call has ended."
                : "The last WriteAsync has not completed yet."));
        }

        try
        {
            _unflushedBytes += call.Write(serializer, message);
            if (_unflushedBytes < MostUnflushedBytes
                && call.WriteOptions is { } options && (options.Flags & WriteFlags.BufferHint) != 0)
            {
                return Task.CompletedTask;
            }

            _unflushedBytes = 0;
            var flush = call.FlushAsync(cancellationToken);
            if (flush.IsCompletedSuccessfully)
            {
                ThrowIfClientGone(flush.Result);
                return Task.CompletedTask;
            }

            return AwaitFlushAsync(flush);
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    /// <summary>Refuses further writes: a handler that kept the stream must not write into another call.</summary>
    public void End() => _ended = true;

    private static void ThrowIfClientGone(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The client has cancelled the call or gone.");
        }
    }

    private async Task AwaitFlushAsync(ValueTask<FlushResult> flush)
    {
        _isFlushing = true;
        try
        {
            ThrowIfClientGone(await flush.ConfigureAwait(false));
        }
        finally
        {
            _isFlushing = false;
        }
    }
}
