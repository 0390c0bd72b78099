using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// The requests of a streaming call. Messages that have been received are handed out synchronously, parsed in place;
/// waiting costs one task and nothing else.
/// </summary>
/// <typeparam name="T">The request type.</typeparam>
internal sealed class RequestStream<T> : IAsyncStreamReader<T>
    where T : class
{
    private static readonly Task<bool> HasMessage = Task.FromResult(true);
    private static readonly Task<bool> AtEnd = Task.FromResult(false);

    private readonly PipeReader _reader;
    private readonly Func<DeserializationContext, T> _deserializer;
    private readonly int? _maxPayloadBytes;

    // What the last read returned and has not been parsed yet; the pipe is told when it is used up.
    private ReadOnlySequence<byte> _buffer;
    private bool _bufferHeld;
    private bool _bufferIsLast;
    private T? _current;

    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _pendingRead;
    private AsyncTaskMethodBuilder<bool> _pendingMove;
    private CancellationToken _pendingToken;
    private bool _isPending;
    private Action? _continue;

    public RequestStream(PipeReader reader, Func<DeserializationContext, T> deserializer, int? maxPayloadBytes)
    {
        _reader = reader;
        _deserializer = deserializer;
        _maxPayloadBytes = maxPayloadBytes;
    }

    public T Current => _current ?? throw new InvalidOperationException("There is no current message.");

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

    // Moves as far as it goes without waiting. False: _pendingRead has to complete first.
    private bool TryAdvance(CancellationToken cancellationToken, out bool hasMessage)
    {
        while (true)
        {
            if (_bufferHeld)
            {
                if (MessageFrame.TryRead(ref _buffer, _maxPayloadBytes, out var payload))
                {
                    _current = MessageParser.Parse(_deserializer, payload);
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
                _reader.AdvanceTo(_buffer.Start, _buffer.End);
            }

            _pendingRead = _reader.ReadAsync(cancellationToken).ConfigureAwait(false).GetAwaiter();
            if (!_pendingRead.IsCompleted)
            {
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
            _pendingMove.SetException(exception);
            return;
        }

        // The continuation may call MoveNext before SetResult returns: nothing is touched after it.
        var move = _pendingMove;
        _pendingMove = default;
        _pendingRead = default;
        _isPending = false;
        move.SetResult(hasMessage);
    }
}
