using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// The responses of a streaming call, serialised straight into the transport's buffers.
/// <para>
/// A response that is written while the next request is there already waits for the next response: a flush costs more
/// than a small message. It leaves when the handler waits for a request, when enough has gathered, or when the thread
/// pool comes to it, whichever is first; so it never depends on what the handler does next.
/// </para>
/// </summary>
/// <typeparam name="T">The response type.</typeparam>
internal sealed class ResponseStream<T> : IServerStreamWriter<T>, IDeferredFlush, IThreadPoolWorkItem
    where T : class
{
    // Hinted messages do not pile up without end: beyond this they are sent, so that a slow client is felt.
    private const int MostUnflushedBytes = 32 * 1024;

    // All below, and the transport's writer, belong to who holds the lock on this object.
    private readonly ServerCall _call;
    private readonly Action<T, SerializationContext> _serializer;
    private readonly IRequestBacklog? _requests;
    private int _unflushedBytes;
    private Task? _deferredFlush;
    private bool _isDeferred;
    private bool _isQueued;
    private bool _isFlushing;
    private bool _ended;

    /// <summary>Creates the stream of a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="serializer">The serializer of the message's type.</param>
    /// <param name="requests">The requests that are answered one by one; null where there is only one.</param>
    public ResponseStream(
        ServerCall call, Action<T, SerializationContext> serializer, IRequestBacklog? requests = null)
    {
        _call = call;
        _serializer = serializer;
        _requests = requests;
        if (requests is not null)
        {
            requests.BeforeWait = this;
        }
    }

    public WriteOptions? WriteOptions
    {
        get => _call.WriteOptions;
        set => _call.WriteOptions = value;
    }

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
            lock (this)
            {
                return Write(message, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    public void FlushDeferred()
    {
        lock (this)
        {
            if (!_isDeferred || _isFlushing || _ended)
            {
                return;
            }

            _isDeferred = false;
            _unflushedBytes = 0;
            try
            {
                var flush = _call.FlushAsync(CancellationToken.None);
                _deferredFlush = flush.IsCompletedSuccessfully ? null : ObserveAsync(flush);
            }
            catch (Exception)
            {
                // The next write meets the same.
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (this)
        {
            _isQueued = false;
        }

        FlushDeferred();
    }

    /// <summary>
    /// Refuses further writes: a handler that kept the stream must not write into another call. What has been written
    /// leaves with the end of the response.
    /// </summary>
    /// <returns>Completes when nothing touches the transport any more.</returns>
    public ValueTask EndAsync()
    {
        lock (this)
        {
            _ended = true;
            return _deferredFlush is { IsCompleted: false } flush ? new ValueTask(flush) : default;
        }
    }

    private static void ThrowIfClientGone(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The client has cancelled the call or gone.");
        }
    }

    private static async Task ObserveAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            await flush.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The next write meets the same.
        }
    }

    // To be called under the lock.
    private Task Write(T message, CancellationToken cancellationToken)
    {
        if (_ended || _isFlushing)
        {
            throw new InvalidOperationException(_ended
                ? "The call has ended."
                : "The last WriteAsync has not completed yet.");
        }

        if (_deferredFlush is { IsCompleted: false } deferred)
        {
            return WriteAfterAsync(deferred, message, cancellationToken);
        }

        _unflushedBytes += _call.Write(_serializer, message);
        if (_unflushedBytes < MostUnflushedBytes)
        {
            if (_call.WriteOptions is { } options && (options.Flags & WriteFlags.BufferHint) != 0)
            {
                return Task.CompletedTask;
            }

            if (_requests is { HasMore: true })
            {
                Defer();
                return Task.CompletedTask;
            }
        }

        _unflushedBytes = 0;
        _isDeferred = false;
        var flush = _call.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully)
        {
            ThrowIfClientGone(flush.Result);
            return Task.CompletedTask;
        }

        _isFlushing = true;
        return AwaitFlushAsync(flush);
    }

    private void Defer()
    {
        _isDeferred = true;
        if (!_isQueued)
        {
            _isQueued = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    // The client is slower than we are: what was sent for the handler has to make room first.
    private async Task WriteAfterAsync(Task deferred, T message, CancellationToken cancellationToken)
    {
        _isFlushing = true;
        try
        {
            await deferred.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (this)
            {
                _isFlushing = false;
            }
        }

        await WriteAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private async Task AwaitFlushAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            ThrowIfClientGone(await flush.ConfigureAwait(false));
        }
        finally
        {
            lock (this)
            {
                _isFlushing = false;
            }
        }
    }
}
