using System.Threading.Tasks.Sources;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// Carries frames from the writer of requests to the HTTP/2 stream. Writers fill one buffer while the other is being
/// sent, so whatever is written during a send leaves together with the next one: small messages batch themselves
/// under load, and none waits when there is none.
/// </summary>
internal sealed class RequestPump : IValueTaskSource
{
    // Hinted messages are sent when this much has gathered; a writer waits when twice as much has.
    private const int SendBytes = 32 * 1024;
    private const int MostWaitingBytes = 2 * SendBytes;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FrameBuffer _filling = new();
    private FrameBuffer _sending = new();
    private ManualResetValueTaskSourceCore<bool> _wakeUp;
    private TaskCompletionSource? _room;
    private Exception? _failure;
    private bool _isIdle;
    private bool _sendWanted;
    private bool _completed;
    private bool _sentSomething;

    /// <summary>Adds a message.</summary>
    /// <returns>A task that completes when there is room for the next.</returns>
    public Task Write<T>(
        Action<T, SerializationContext> serializer,
        T message,
        int? maxBytes,
        MessageEncoding? encoding,
        bool isHinted)
    {
        Task written;
        bool wake;
        lock (_gate)
        {
            ThrowUnlessWritable();
            var before = _filling.Count;
            try
            {
                MessageSerializer.Write(serializer, message, _filling, maxBytes, encoding);
            }
            catch
            {
                // Half a message must not stand before the next one.
                _filling.Truncate(before);
                throw;
            }

            _sendWanted |= !isHinted || _filling.Count >= SendBytes;
            wake = _isIdle && _sendWanted;
            _isIdle &= !wake;
            written = !wake && _filling.Count >= MostWaitingBytes
                ? (_room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }

        if (wake)
        {
            // The pump goes on right here, up to where it waits for the connection.
            _wakeUp.SetResult(true);
        }

        return written;
    }

    /// <summary>Adds messages that are frames already; drops them when the call has ended.</summary>
    public void WriteFrames(ReadOnlySpan<byte> frames)
    {
        bool wake;
        lock (_gate)
        {
            if (_failure is not null || _completed || frames.IsEmpty)
            {
                return;
            }

            frames.CopyTo(_filling.GetSpan(frames.Length));
            _filling.Advance(frames.Length);
            _sendWanted = true;
            wake = _isIdle;
            _isIdle = false;
        }

        if (wake)
        {
            _wakeUp.SetResult(true);
        }
    }

    /// <summary>Ends the stream after what has been written.</summary>
    /// <returns>A task that completes when everything has been handed to the connection.</returns>
    public Task CompleteAsync()
    {
        bool wake;
        lock (_gate)
        {
            if (_completed)
            {
                return _ended.Task;
            }

            _completed = true;
            wake = _isIdle;
            _isIdle = false;
        }

        if (wake)
        {
            _wakeUp.SetResult(true);
        }

        return _ended.Task;
    }

    /// <summary>Ends the pump because its call has ended. Later failures change nothing.</summary>
    /// <param name="failure">What writers are told.</param>
    /// <param name="isError">False when the call ended well: then completing it late is no error.</param>
    public void Stop(Exception failure, bool isError)
    {
        bool wake;
        TaskCompletionSource? room;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
            wake = _isIdle;
            _isIdle = false;
            room = _room;
            _room = null;
        }

        if (isError)
        {
            _ended.TrySetException(failure);
            _ = _ended.Task.Exception;
        }
        else
        {
            _ended.TrySetResult();
        }

        room?.TrySetException(failure);
        if (wake)
        {
            _wakeUp.SetResult(true);
        }
    }

    /// <summary>Sends until the stream is completed or the call has ended.</summary>
    /// <param name="stream">The request's half of the HTTP/2 stream.</param>
    /// <param name="cancellationToken">The transport wants no more.</param>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (_sentSomething)
        {
            throw new IOException("The connection failed after requests had been sent; they cannot be sent again.");
        }

        try
        {
            // HttpClient may keep the request's head back until there is a body, which may wait for an answer to it.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                switch (Next())
                {
                    case Step.Send:
                        _sentSomething = true;
                        await stream.WriteAsync(_sending.Written, cancellationToken).ConfigureAwait(false);
                        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                        _sending.Clear();
                        break;
                    case Step.Wait:
                        await new ValueTask(this, _wakeUp.Version).ConfigureAwait(false);
                        break;
                    default:
                        _ended.TrySetResult();
                        _sending.Release();
                        return;
                }
            }
        }
        catch (Exception exception) when (_sentSomething || _failure is not null)
        {
            Stop(new RpcException(CallFailure.ToStatus(exception)), isError: true);
            throw;
        }
    }

    void IValueTaskSource.GetResult(short token) => _wakeUp.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wakeUp.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wakeUp.OnCompleted(continuation, state, token, flags);

    private Step Next()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new OperationCanceledException("The call has ended.");
            }

            if (_filling.Count == 0 || !(_sendWanted || _completed))
            {
                if (_completed)
                {
                    return Step.End;
                }

                _wakeUp.Reset();
                _isIdle = true;
                return Step.Wait;
            }

            (_filling, _sending) = (_sending, _filling);
            _sendWanted = false;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
        return Step.Send;
    }

    private void ThrowUnlessWritable()
    {
        if (_failure is not null)
        {
            throw _failure is RpcException failure ? new RpcException(failure.Status, failure.Trailers) : _failure;
        }

        if (_completed)
        {
            throw new InvalidOperationException("The stream of requests has been completed.");
        }

        if (_room is not null)
        {
            throw new InvalidOperationException("The last WriteAsync has not completed yet.");
        }
    }

    private enum Step
    {
        Send,
        Wait,
        End,
    }
}
