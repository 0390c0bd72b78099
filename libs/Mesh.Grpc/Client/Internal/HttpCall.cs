using System.Net;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// One call on the client, without its message types: how it starts, and how it ends. It ends once, by whichever comes
/// first: its response, a failure, its deadline, a cancellation or its disposal.
/// </summary>
internal abstract class HttpCall : IDisposable
{
    private const string UserAgent = "grpc-dotnet-mesh/1.0";

    // A timer cannot wait longer. A call that lives for weeks has no use for its deadline.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private static readonly Status Exceeded = new(StatusCode.DeadlineExceeded, "Deadline Exceeded");

    private readonly GrpcChannel _channel;
    private readonly IMethod _method;
    private readonly string? _host;
    private readonly Metadata? _headers;
    private readonly DateTime? _deadline;
    private readonly CancellationToken _callerToken;
    private readonly CancellationToken _inheritedToken;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Lock _gate = new();
    private Timer? _deadlineTimer;
    private CancellationTokenRegistration _onCaller;
    private CancellationTokenRegistration _onInherited;
    private CancellationTokenRegistration _onChannel;
    private TaskCompletionSource<Metadata>? _responseHeaders;
    private HttpResponseMessage? _response;
    private Metadata? _trailers;
    private Status _status;
    private volatile bool _ended;
    private bool _isCancelled;

    protected HttpCall(GrpcChannel channel, IMethod method, string? host, in CallOptions options)
    {
        ObjectDisposedException.ThrowIf(channel.IsDisposed, channel);
        _channel = channel;
        _method = method;
        _host = host;
        _headers = options.Headers;
        _deadline = options.Deadline?.ToUniversalTime();
        _callerToken = options.CancellationToken;
        if (options.PropagationToken is InheritedContext inherited)
        {
            _inheritedToken = inherited.CancellationToken;
            _deadline = inherited.Deadline < (_deadline ?? DateTime.MaxValue) ? inherited.Deadline : _deadline;
        }
    }

    public static readonly Func<object, Task<Metadata>> ResponseHeadersOf =
        static call => ((HttpCall)call).ResponseHeadersAsync();

    public static readonly Func<object, Status> StatusOf = static call => ((HttpCall)call).EndedStatus();

    public static readonly Func<object, Metadata> TrailersOf = static call => ((HttpCall)call).EndedTrailers();

    public static readonly Action<object> Cancel = static call => ((HttpCall)call).Dispose();

    protected GrpcChannel Channel => _channel;

    protected CancellationToken CancellationToken { get; private set; }

    /// <summary>Cancels the call unless it has ended.</summary>
    public void Dispose() => CancelWith(new Status(StatusCode.Cancelled, "gRPC call disposed."));

    /// <summary>Ends the call because someone wants so, and stops what is under way.</summary>
    public void CancelWith(in Status status)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _isCancelled = true;
        }

        End(status, Metadata.Empty);
    }

    /// <summary>Sends the request and receives the head of the response.</summary>
    /// <exception cref="RpcException">The call has ended; with a status other than OK.</exception>
    protected async Task<HttpResponseMessage> SendAsync(HttpContent content)
    {
        try
        {
            var request = CreateRequest(content);
            ArmCancellation(request);
            var response = await _channel.Http.SendAsync(request, CancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                if (_ended)
                {
                    response.Dispose();
                    throw Failure();
                }

                _response = response;
                _responseHeaders?.TrySetResult(ResponseHeaders.ReadMetadata(response.Headers));
            }

            return ResponseHeaders.FindFault(response) is { } fault ? throw new RpcException(fault) : response;
        }
        catch (Exception exception)
        {
            throw EndWith(exception);
        }
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

    private static Status Disposed(GrpcChannel channel) =>
        new(StatusCode.Cancelled, $"The channel to {channel.Target} was disposed of.");

    private HttpRequestMessage CreateRequest(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _channel.AddressOf(_method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("TE", "trailers");
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        headers.Host = _host;
        if (_headers is not null)
        {
            foreach (var entry in _headers)
            {
                if (!ProtocolNames.IsReserved(entry.Key))
                {
                    headers.TryAddWithoutValidation(entry.Key, MetadataCodec.EncodeValue(entry));
                }
            }
        }

        return request;
    }

    private void ArmCancellation(HttpRequestMessage request)
    {
        CancellationToken = _cancellation.Token;
        if (_deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var left = deadline - DateTime.UtcNow;
            if (left <= TimeSpan.Zero)
            {
                throw new RpcException(Exceeded);
            }

            request.Headers.TryAddWithoutValidation(ProtocolNames.Timeout, GrpcTimeout.Encode(left));
            if (left < LongestWait)
            {
                _deadlineTimer = new Timer(
                    static call => ((HttpCall)call!).CancelWith(Exceeded), this, left, Timeout.InfiniteTimeSpan);
            }
        }

        _onCaller = OnCancelled(_callerToken);
        _onInherited = OnCancelled(_inheritedToken);
        _onChannel = _channel.Disposal.UnsafeRegister(
            static call => ((HttpCall)call!).CancelWith(Disposed(((HttpCall)call!)._channel)), this);
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
        static call => ((HttpCall)call!).CancelWith(new Status(StatusCode.Cancelled, "Call canceled by the client.")),
        this);

    private void End(in Status status, Metadata trailers)
    {
        HttpResponseMessage? response;
        TaskCompletionSource<Metadata>? responseHeaders;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _status = status;
            _trailers = trailers;
            _ended = true;
            response = _response;
            responseHeaders = _responseHeaders;
        }

        Disarm();
        if (_isCancelled)
        {
            _cancellation.Cancel();
        }

        // Resets the HTTP/2 stream unless it has ended by itself.
        response?.Dispose();
        _cancellation.Dispose();
        if (responseHeaders is not null && response is null)
        {
            Fail(responseHeaders);
        }

        OnEnded(status, trailers);
    }

    private Task<Metadata> ResponseHeadersAsync()
    {
        lock (_gate)
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

    private Exception Failure() =>
        _channel.ThrowOperationCanceled && _isCancelled
            ? new OperationCanceledException(_status.Detail, _status.DebugException, _callerToken)
            : new RpcException(_status, _trailers ?? Metadata.Empty);

    private Status EndedStatus() =>
        _ended ? _status : throw new InvalidOperationException("The call has not ended: it has no status yet.");

    private Metadata EndedTrailers() => _ended
        ? _trailers!
        : throw new InvalidOperationException("The call has not ended: it has no trailers yet.");
}
