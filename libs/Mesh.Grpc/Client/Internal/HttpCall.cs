using Grpc.Core;
using Grpc.Net.Client.Internal.Connections;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// One call on the client, without its message types: how it starts, and how it ends. It ends once, by whichever comes
/// first: its response, a failure, its deadline, a cancellation or its disposal.
/// </summary>
internal abstract partial class HttpCall : IDisposable
{
    // A timer cannot wait longer. A call that lives for weeks has no use for its deadline.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly GrpcChannel _channel;
    private readonly IMethod _method;
    private readonly MethodRoute _route;
    private readonly string? _host;
    private readonly Metadata? _headers;
    private readonly CallCredentials? _credentials;
    private readonly bool _waitForReady;
    private readonly DateTime? _deadline;
    private readonly CancellationToken _callerToken;
    private readonly CancellationToken _inheritedToken;

    // It is the lock of the call's state as well: nobody else sees it, and an object less is made for each call.
    private readonly CancellationTokenSource _cancellation = new();
    private Timer? _deadlineTimer;
    private CancellationTokenRegistration _onCaller;
    private CancellationTokenRegistration _onInherited;
    private CancellationTokenRegistration _onChannel;
    private TaskCompletionSource<Metadata>? _responseHeaders;
    private HttpResponseMessage? _response;
    private Subchannel? _place;
    private Metadata? _trailers;
    private Status _status;
    private volatile bool _ended;
    private bool _isCancelled;

    protected HttpCall(
        GrpcChannel channel, MethodRoute route, IMethod method, string? host, in CallOptions options)
    {
        ObjectDisposedException.ThrowIf(channel.IsDisposed, channel);
        _channel = channel;
        _method = method;
        _route = route;
        _host = host;
        _headers = options.Headers;
        _credentials = options.Credentials;
        _waitForReady = options.IsWaitForReady;
        _deadline = DeadlineOf(options);
        _callerToken = options.CancellationToken;
        _inheritedToken = InheritedTokenOf(options);
        RequestEncoding = RequestEncodingOf(channel, _headers);
    }

    public static readonly Func<object, Task<Metadata>> ResponseHeadersOf =
        static call => ((HttpCall)call).ResponseHeadersAsync();

    public static readonly Func<object, Status> StatusOf = static call => ((HttpCall)call).EndedStatus();

    public static readonly Func<object, Metadata> TrailersOf = static call => ((HttpCall)call).EndedTrailers();

    public static readonly Action<object> Cancel = static call => ((HttpCall)call).Dispose();

    public static readonly Status Exceeded = new(StatusCode.DeadlineExceeded, "Deadline Exceeded");

    public static Status Disposed => new(StatusCode.Cancelled, "gRPC call disposed.");

    public static Status CancelledByClient => new(StatusCode.Cancelled, "Call canceled by the client.");

    /// <summary>How often the same call has been attempted before.</summary>
    public int PreviousAttempts { get; init; }

    /// <summary>Whether it ended because someone on this side wanted so, or had no more time.</summary>
    public bool IsCancelled => _isCancelled;

    protected GrpcChannel Channel => _channel;

    protected CancellationToken CancellationToken { get; private set; }

    /// <summary>How requests are compressed; null for not at all.</summary>
    protected MessageEncoding? RequestEncoding { get; }

    /// <summary>Cancels the call unless it has ended.</summary>
    public void Dispose() => CancelWith(Disposed);

    /// <summary>The earlier of a call's own deadline and the one it inherits, in UTC; null for none.</summary>
    /// <exception cref="InvalidOperationException">The deadline is not in UTC.</exception>
    public static DateTime? DeadlineOf(in CallOptions options)
    {
        // A local time is off by the hour twice a year, one of no kind whenever a machine is set up otherwise.
        if (options.Deadline is { } given && given.Kind != DateTimeKind.Utc
            && given != DateTime.MinValue && given != DateTime.MaxValue)
        {
            throw new InvalidOperationException(
                $"CallOptions.Deadline must be in UTC, DateTime.MinValue or DateTime.MaxValue; it is {given.Kind}.");
        }

        var own = options.Deadline;
        return options.PropagationToken is InheritedContext { Deadline: { } inherited }
            && inherited < (own ?? DateTime.MaxValue) ? inherited : own;
    }

    /// <summary>Cancelled together with the call for which the call is made.</summary>
    public static CancellationToken InheritedTokenOf(in CallOptions options) =>
        options.PropagationToken is InheritedContext inherited ? inherited.CancellationToken : default;

    /// <summary>How the headers ask for requests to be compressed; null for not at all.</summary>
    /// <exception cref="InvalidOperationException">In a way that is unknown.</exception>
    public static MessageEncoding? RequestEncodingOf(GrpcChannel channel, Metadata? headers)
    {
        if (headers?.GetValue(ProtocolNames.EncodingRequest) is not { } name)
        {
            return null;
        }

        return channel.Encodings.TryFind(name, out var encoding)
            ? encoding
            : throw new InvalidOperationException(
                $"{ProtocolNames.EncodingRequest} asks for '{name}', but CompressionProviders has no provider of "
                + $"that name. Known: {channel.Encodings.AcceptValue}.");
    }

    /// <summary>Ends the call because someone wants so, and stops what is under way.</summary>
    public void CancelWith(in Status status)
    {
        lock (_cancellation)
        {
            if (_ended)
            {
                return;
            }

            _isCancelled = true;
        }

        End(status, Metadata.Empty);
    }

    /// <summary>Ends the call with what the end of the response says.</summary>
    /// <exception cref="RpcException">The status is not OK.</exception>
    protected void EndWithTrailers(HttpResponseMessage response)
    {
        var (status, trailers) = ResponseHeaders.ReadEnd(response);
        End(status, trailers);
        if (_status.StatusCode != StatusCode.OK)
        {
            throw Failure();
        }
    }

    /// <summary>Ends the call with a failure, unless it has ended already.</summary>
    /// <returns>What to throw: the status with which the call did end.</returns>
    protected Exception EndWith(Exception exception)
    {
        if (!_ended)
        {
            var trailers = exception is RpcException rpc ? rpc.Trailers : Metadata.Empty;
            End(CallFailure.ToStatus(exception), trailers);
        }

        return Failure();
    }

    /// <summary>Told once, when the call has ended.</summary>
    protected abstract void OnEnded(in Status status, Metadata trailers);

    private static Status ChannelDisposed(GrpcChannel channel) =>
        new(StatusCode.Cancelled, $"The channel to {channel.Target} was disposed of.");

    private void ArmCancellation()
    {
        CancellationToken = _cancellation.Token;
        if (_deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var left = deadline - DateTime.UtcNow;
            if (left <= TimeSpan.Zero)
            {
                CancelWith(Exceeded);
                throw Failure();
            }

            if (left < LongestWait)
            {
                _deadlineTimer = new Timer(
                    static call => ((HttpCall)call!).CancelWith(Exceeded), this, left, Timeout.InfiniteTimeSpan);
            }
        }

        _onCaller = OnCancelled(_callerToken);
        _onInherited = OnCancelled(_inheritedToken);
        _onChannel = _channel.Disposal.UnsafeRegister(
            static call => ((HttpCall)call!).CancelWith(ChannelDisposed(((HttpCall)call!)._channel)), this);
        if (_ended)
        {
            // It ended while being armed, so that nobody else takes these back.
            Disarm();
            throw Failure();
        }
    }

    private void Disarm()
    {
        _deadlineTimer?.Dispose();
        _onCaller.Unregister();
        _onInherited.Unregister();
        _onChannel.Unregister();
    }

    private CancellationTokenRegistration OnCancelled(CancellationToken token) => token.UnsafeRegister(
        static call => ((HttpCall)call!).CancelWith(CancelledByClient),
        this);

    private void End(in Status status, Metadata trailers)
    {
        HttpResponseMessage? response;
        Subchannel? place;
        TaskCompletionSource<Metadata>? responseHeaders;
        lock (_cancellation)
        {
            if (_ended)
            {
                return;
            }

            _status = status;
            _trailers = trailers;
            _ended = true;
            response = _response;
            place = _place;
            responseHeaders = _responseHeaders;
        }

        Disarm();
        if (_isCancelled)
        {
            _cancellation.Cancel();
        }

        // Resets the HTTP/2 stream unless it has ended by itself.
        response?.Dispose();
        place?.OnCallEnded();
        _cancellation.Dispose();
        if (responseHeaders is not null && response is null)
        {
            Fail(responseHeaders);
        }

        OnEnded(status, trailers);
    }

    private Task<Metadata> ResponseHeadersAsync()
    {
        lock (_cancellation)
        {
            if (_responseHeaders is null)
            {
                _responseHeaders = new TaskCompletionSource<Metadata>(
                    TaskCreationOptions.RunContinuationsAsynchronously);
                if (_response is not null)
                {
                    _responseHeaders.SetResult(ResponseHeaders.ReadMetadata(_response.Headers));
                }
                else if (_ended)
                {
                    Fail(_responseHeaders);
                }
            }

            return _responseHeaders.Task;
        }
    }

    private void Fail(TaskCompletionSource<Metadata> responseHeaders)
    {
        responseHeaders.TrySetException(Failure());

        // Nobody has to look at it: the call reports the same failure.
        _ = responseHeaders.Task.Exception;
    }

    // A deadline that the server noticed first is no other than one that this side did.
    private Exception Failure()
    {
        var failure = new RpcException(_status, _trailers ?? Metadata.Empty);
        var isCancellation =
            _isCancelled || (_status.StatusCode == StatusCode.DeadlineExceeded && _deadline is not null);
        return _channel.ThrowOperationCanceled && isCancellation
            ? new OperationCanceledException(_status.Detail, failure, _callerToken)
            : failure;
    }

    private Status EndedStatus() =>
        _ended ? _status : throw new InvalidOperationException("The call has not ended: it has no status yet.");

    private Metadata EndedTrailers() => _ended
        ? _trailers!
        : throw new InvalidOperationException("The call has not ended: it has no trailers yet.");
}
