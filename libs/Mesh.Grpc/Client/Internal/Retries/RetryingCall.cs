using System.Globalization;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal.Retries;

/// <summary>
/// A call that is made again when it fails before the server has begun to answer. Its requests are kept until one
/// attempt is the one that counts: (1) the server has sent headers, or (2) a failure is final, or (3) the requests have
/// become more than may be kept. From then on, the call is that attempt.
/// Source: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
/// </summary>
/// <typeparam name="TRequest">The request type.</typeparam>
/// <typeparam name="TResponse">The response type.</typeparam>
internal sealed class RetryingCall<TRequest, TResponse>(
    GrpcChannel channel, MethodRoute route, Method<TRequest, TResponse> method, string? host, CallOptions options)
    : IAsyncStreamReader<TResponse>, IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    public static readonly Func<object, Task<Metadata>> ResponseHeadersOf =
        static call => ((RetryingCall<TRequest, TResponse>)call).ResponseHeadersAsync();

    public static readonly Func<object, Status> StatusOf =
        static call => HttpCall.StatusOf(((RetryingCall<TRequest, TResponse>)call).Counting());

    public static readonly Func<object, Metadata> TrailersOf =
        static call => HttpCall.TrailersOf(((RetryingCall<TRequest, TResponse>)call).Counting());

    public static readonly Action<object> Cancel = static call =>
        ((RetryingCall<TRequest, TResponse>)call).CancelWith(HttpCall.Disposed);

    private readonly RetryPlan _plan = route.Retries!;
    private readonly MessageEncoding? _encoding = HttpCall.RequestEncodingOf(channel, options.Headers);
    private readonly DateTime _deadline = HttpCall.DeadlineOf(options) ?? DateTime.MaxValue;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<HttpCall<TRequest, TResponse>> _counting =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly FrameBuffer _kept = new();
    private long _reserved;
    private bool _keeps = true;
    private bool _isStreaming;
    private bool _isComplete;
    private Status? _cancelled;
    private HttpCall<TRequest, TResponse>? _attempt;
    private IClientStreamWriter<TRequest>? _writer;
    private TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TResponse Current => Counting().Current;

    public WriteOptions? WriteOptions { get; set; } = options.WriteOptions;

    /// <summary>Starts the call.</summary>
    /// <param name="request">The only request; null where there is a stream of them.</param>
    public void Start(TRequest? request)
    {
        _isStreaming = request is null;
        if (request is not null)
        {
            lock (_gate)
            {
                try
                {
                    Keep(request);
                }
                catch (Exception)
                {
                    // The only attempt fails by the same, and tells.
                    var failing = new HttpCall<TRequest, TResponse>(channel, route, method, host, options);
                    failing.Start(request);
                    Count(failing);
                    return;
                }
            }
        }

        _ = RunAsync(StartAttempt(previous: 0));
    }

    /// <summary>The response of a call that has one.</summary>
    public async Task<TResponse> ReceiveOneAsync() =>
        await (await _counting.Task.ConfigureAwait(false)).ReceiveOneAsync().ConfigureAwait(false);

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!_counting.Task.IsCompleted)
        {
            using var onCancelled = cancellationToken.UnsafeRegister(
                static call => ((RetryingCall<TRequest, TResponse>)call!).CancelWith(HttpCall.CancelledByClient),
                this);
            await _counting.Task.ConfigureAwait(false);
        }

        return await _counting.Task.Result.MoveNext(cancellationToken).ConfigureAwait(false);
    }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        IClientStreamWriter<TRequest>? writer;
        lock (_gate)
        {
            if (_isComplete)
            {
                return Task.FromException(
                    new InvalidOperationException("The stream of requests has been completed."));
            }

            if (_keeps)
            {
                return KeepAndForward(message);
            }

            writer = _writer;
        }

        return writer is null
            ? WriteWhenStartedAsync(message, cancellationToken)
            : writer.WriteAsync(message, cancellationToken);
    }

    public Task CompleteAsync()
    {
        lock (_gate)
        {
            _isComplete = true;
            var completing = _writer?.CompleteAsync() ?? Task.CompletedTask;

            // While they are kept, requests are as good as sent: a later attempt may send them.
            return _keeps ? Task.CompletedTask : completing;
        }
    }

    private async Task WriteWhenStartedAsync(TRequest message, CancellationToken cancellationToken)
    {
        Task started;
        lock (_gate)
        {
            started = _started.Task;
        }

        await started.WaitAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(message, cancellationToken).ConfigureAwait(false);
    }

    // Under the lock.
    private Task KeepAndForward(TRequest message)
    {
        var before = _kept.Count;
        try
        {
            Keep(message);
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }

        _attempt?.ForwardFrames(_kept.Written.Span[before..]);
        if (!_keeps && _attempt is not null)
        {
            ReleaseKept();
        }

        return Task.CompletedTask;
    }

    // Under the lock.
    private void Keep(TRequest message)
    {
        var before = _kept.Count;
        var flags = WriteOptions?.Flags ?? default;
        try
        {
            MessageSerializer.Write(
                method.RequestMarshaller.ContextualSerializer,
                message,
                _kept,
                channel.MaxSendMessageSize,
                (flags & WriteFlags.NoCompress) != 0 ? null : _encoding);
        }
        catch
        {
            _kept.Truncate(before);
            throw;
        }

        var added = _kept.Count - before;
        _keeps = _kept.Count <= (channel.Retries.MaxKeptBytesPerCall ?? long.MaxValue)
            && channel.Retries.TryKeep(added);
        _reserved += _keeps ? added : 0;
    }

    private async Task RunAsync(HttpCall<TRequest, TResponse> attempt)
    {
        var failures = 0;
        for (var number = 1; ; number++)
        {
            if (await attempt.HasBegunToBeAnsweredAsync().ConfigureAwait(false))
            {
                channel.Retries.Throttle?.OnSuccess();
                break;
            }

            var pushback = Pushback(attempt);
            failures = pushback is null ? failures + 1 : 0;
            if (!MayGoOn(attempt, number, pushback))
            {
                break;
            }

            var wait = pushback ?? _plan.BackoffAfter(failures);
            ClientMessages.Retrying(
                channel.Logger, method.FullName, wait, number, HttpCall.StatusOf(attempt).StatusCode);
            await WaitAsync(wait).ConfigureAwait(false);
            try
            {
                attempt = StartAttempt(number);
            }
            catch (ObjectDisposedException)
            {
                // The channel has ended meanwhile: the failure that there is stands.
                break;
            }
        }

        lock (_gate)
        {
            Count(attempt);
        }
    }

    // Whether there is to be another attempt; if so, none runs until it starts.
    private bool MayGoOn(HttpCall<TRequest, TResponse> failed, int number, TimeSpan? pushback)
    {
        var status = HttpCall.StatusOf(failed).StatusCode;
        if (failed.IsCancelled || DateTime.UtcNow >= _deadline
            || (!_plan.IsRetryable(status) && pushback is not { Ticks: < 0 }))
        {
            return false;
        }

        if (channel.Retries.Throttle?.OnFailure() is false || pushback is { Ticks: < 0 } || number >= _plan.MaxAttempts)
        {
            return false;
        }

        lock (_gate)
        {
            if (!_keeps || _cancelled is not null)
            {
                return false;
            }

            _attempt = null;
            _writer = null;
            _started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    // What the server says about when to come again: below zero, or nonsense, for not at all.
    private static TimeSpan? Pushback(HttpCall<TRequest, TResponse> failed)
    {
        if (HttpCall.TrailersOf(failed).GetValue(ProtocolNames.RetryPushback) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.FromMilliseconds(-1);
    }

    // Ends early by what ends the call: the next attempt notices it before it sends anything, and says so.
    private async Task WaitAsync(TimeSpan wait)
    {
        var left = _deadline - DateTime.UtcNow;
        var isLast = left <= wait;
        wait = isLast ? left : wait;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            [_stop.Token, channel.Disposal, options.CancellationToken, HttpCall.InheritedTokenOf(options)]);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, ended.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isLast && !ended.IsCancellationRequested)
        {
            // A timer may be early by a little, in which nothing must be sent.
            lock (_gate)
            {
                _cancelled ??= HttpCall.Exceeded;
            }
        }
    }

    private HttpCall<TRequest, TResponse> StartAttempt(int previous)
    {
        var attempt = new HttpCall<TRequest, TResponse>(channel, route, method, host, options)
        {
            PreviousAttempts = previous,
        };
        lock (_gate)
        {
            if (_cancelled is { } cancelled)
            {
                attempt.CancelWith(cancelled);
            }

            _attempt = attempt;
            if (_isStreaming)
            {
                _writer = attempt.OpenRequests();
                _writer.WriteOptions = WriteOptions;
                attempt.ForwardFrames(_kept.Written.Span);
                if (_isComplete)
                {
                    _ = _writer.CompleteAsync();
                }

                attempt.Start(request: null);
            }
            else
            {
                attempt.StartWithFrames(_kept.Written.Span);
            }

            if (!_keeps)
            {
                ReleaseKept();
            }

            _started.TrySetResult();
        }

        return attempt;
    }

    // Under the lock.
    private void Count(HttpCall<TRequest, TResponse> attempt)
    {
        _attempt = attempt;
        _keeps = false;
        ReleaseKept();
        _started.TrySetResult();
        _counting.TrySetResult(attempt);
    }

    // Under the lock.
    private void ReleaseKept()
    {
        channel.Retries.Release(_reserved);
        _reserved = 0;
        _kept.Release();
    }

    private void CancelWith(in Status status)
    {
        HttpCall<TRequest, TResponse>? attempt;
        lock (_gate)
        {
            _cancelled ??= status;
            attempt = _attempt;
        }

        attempt?.CancelWith(status);
        _stop.Cancel();
    }

    private async Task<Metadata> ResponseHeadersAsync()
    {
        var attempt = await _counting.Task.ConfigureAwait(false);
        return await HttpCall.ResponseHeadersOf(attempt).ConfigureAwait(false);
    }

    private HttpCall<TRequest, TResponse> Counting() => _counting.Task.IsCompletedSuccessfully
        ? _counting.Task.Result
        : throw new InvalidOperationException("The call has not ended: it has no status yet.");
}
