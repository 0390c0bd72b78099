using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// The requests of a streaming call. Messages that have been received are handed out synchronously, parsed in place;
/// waiting costs one task and nothing else, and through <c>ReadAllAsync</c> nothing at all.
/// </summary>
/// <typeparam name="T">The request type.</typeparam>
internal sealed class RequestStream<T> : IPooledStreamReader<T>, IRequestBacklog, IValueTaskSource<bool>
    where T : class
{
    private static readonly Task<bool> HasMessage = Task.FromResult(true);
    private static readonly Task<bool> AtEnd = Task.FromResult(false);

    private readonly PipeReader _reader;
    private readonly Func<DeserializationContext, T> _deserializer;
    private readonly MessageEncoding? _encoding;
    private readonly int? _maxBytes;

    // What the last read returned and has not been parsed yet; the pipe is told when it is used up.
    private ReadOnlySequence<byte> _buffer;
    private bool _bufferHeld;
    private bool _bufferIsLast;
    private T? _current;

    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _pendingRead;
    private AsyncTaskMethodBuilder<bool> _pendingMove;
    private ManualResetValueTaskSourceCore<bool> _pooledMove;
    private bool _isPooled;
    private CancellationToken _pendingToken;
    private bool _isPending;
    private Action? _continue;

    public RequestStream(ServerCall call, Func<DeserializationContext, T> deserializer)
    {
        _reader = call.Requests;
        _deserializer = deserializer;
        _encoding = call.RequestEncoding;
        _maxBytes = call.Settings.MaxReceiveMessageSize;
    }

    public T Current => _current ?? throw new InvalidOperationException("There is no current message.");

    public bool HasMore { get; private set; }

    public IDeferredFlush? BeforeWait { get; set; }

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<bool>(cancellationToken);
        }

        if (_isPending)
        {
            return Task.FromException<bool>(
                new InvalidOperationException("The last MoveNext has not completed yet."));
        }

        try
        {
            return TryAdvance(cancellationToken, out var hasMessage)
                ? hasMessage ? HasMessage : AtEnd
                : Suspend(cancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<bool>(exception);
        }
    }

    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || _isPending)
        {
            return new ValueTask<bool>(MoveNext(cancellationToken));
        }

        if (TryAdvance(cancellationToken, out var hasMessage))
        {
            return new ValueTask<bool>(hasMessage);
        }

        _isPending = true;
        _isPooled = true;
        _pendingToken = cancellationToken;
        _pooledMove.Reset();
        var move = new ValueTask<bool>(this, _pooledMove.Version);
        _pendingRead.UnsafeOnCompleted(_continue ??= Continue);
        return move;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _pooledMove.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _pooledMove.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _pooledMove.OnCompleted(continuation, state, token, flags);

    // Moves as far as it goes without waiting. False: _pendingRead has to complete first.
    private bool TryAdvance(CancellationToken cancellationToken, out bool hasMessage)
    {
        while (true)
        {
            if (_bufferHeld)
            {
                if (MessageParser.TryTake(ref _buffer, _deserializer, _encoding, _maxBytes) is { } message)
                {
                    _current = message;
                    HasMore = MessageFrame.IsWhole(_buffer);
                    hasMessage = true;
                    return true;
                }

                if (_bufferIsLast)
                {
                    _current = null;
                    hasMessage = false;
                    return _buffer.IsEmpty ? true : throw new RpcException(
                        new Status(StatusCode.Internal, "Incomplete message: the stream ended inside it."));
                }

                _bufferHeld = false;
                HasMore = false;
                _reader.AdvanceTo(_buffer.Start, _buffer.End);
            }

            _pendingRead = _reader.ReadAsync(cancellationToken).ConfigureAwait(false).GetAwaiter();
            if (!_pendingRead.IsCompleted)
            {
                BeforeWait?.FlushDeferred();
                hasMessage = false;
                return false;
            }

            Accept(_pendingRead.GetResult());
        }
    }

    private void Accept(ReadResult result)
    {
        _buffer = result.Buffer;
        _bufferHeld = true;
        _bufferIsLast = result.IsCompleted;
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("Reading the request stream was cancelled.");
        }
    }

    // An async method would allocate its state machine along with the task; this object is the state machine.
    private Task<bool> Suspend(CancellationToken cancellationToken)
    {
        _isPending = true;
        _pendingToken = cancellationToken;
        _pendingMove = AsyncTaskMethodBuilder<bool>.Create();
        var task = _pendingMove.Task;
        _pendingRead.UnsafeOnCompleted(_continue ??= Continue);
        return task;
    }

    private void Continue()
    {
        bool hasMessage;
        try
        {
            Accept(_pendingRead.GetResult());
            if (!TryAdvance(_pendingToken, out hasMessage))
            {
                _pendingRead.UnsafeOnCompleted(_continue!);
                return;
            }
        }
        catch (Exception exception)
        {
            _isPending = false;
            if (_isPooled)
            {
                _isPooled = false;
                _pooledMove.SetException(exception);
            }
            else
            {
                _pendingMove.SetException(exception);
            }

            return;
        }

        // The continuation may move on before SetResult returns: nothing is touched after it.
        _pendingRead = default;
        _isPending = false;
        if (_isPooled)
        {
            _isPooled = false;
            _pooledMove.SetResult(hasMessage);
            return;
        }

        var move = _pendingMove;
        _pendingMove = default;
        move.SetResult(hasMessage);
    }
}
