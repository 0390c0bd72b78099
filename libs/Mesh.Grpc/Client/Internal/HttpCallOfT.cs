using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>One call on the client; for calls with a stream of responses also that stream.</summary>
/// <typeparam name="TRequest">The request type.</typeparam>
/// <typeparam name="TResponse">The response type.</typeparam>
internal sealed class HttpCall<TRequest, TResponse>(
    GrpcChannel channel, MethodRoute route, Method<TRequest, TResponse> method, string? host, in CallOptions options)
    : HttpCall(channel, route, method, host, options), IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private static readonly Task<bool> HasMessage = Task.FromResult(true);
    private static readonly Task<bool> AtEnd = Task.FromResult(false);

    private readonly WriteOptions? _writeOptions = options.WriteOptions;
    private RequestPump? _pump;
    private SingleRequestContent? _singleRequest;
    private Task<HttpResponseMessage>? _head;
    private ResponseFrames<TResponse>? _frames;
    private TResponse? _current;
    private bool _isMoving;
    private bool _isAtEnd;

    public TResponse Current => _current ?? throw new InvalidOperationException("There is no current message.");

    /// <summary>Opens the stream of requests, for the kinds of calls that have one. Before the call starts.</summary>
    public IClientStreamWriter<TRequest> OpenRequests()
    {
        _pump = new RequestPump();
        return new RequestStreamWriter<TRequest>(
            _pump,
            method.RequestMarshaller.ContextualSerializer,
            Channel.MaxSendMessageSize,
            RequestEncoding,
            _writeOptions);
    }

    /// <summary>Starts a call whose response is asked for later.</summary>
    /// <param name="request">The only request; null where there is a stream of them.</param>
    public void Start(TRequest? request) => Started(SendRequestAsync(request));

    /// <summary>Starts a call with one request, which is a frame already.</summary>
    public void StartWithFrames(ReadOnlySpan<byte> frames)
    {
        var frame = new FrameBuffer();
        frames.CopyTo(frame.GetSpan(frames.Length));
        frame.Advance(frames.Length);
        _singleRequest = new SingleRequestContent(frame);
        Started(SendAsync(_singleRequest));
    }

    /// <summary>Adds requests that are frames already to an open stream of requests.</summary>
    public void ForwardFrames(ReadOnlySpan<byte> frames) => _pump?.WriteFrames(frames);

    /// <summary>Waits until the server has begun to answer, or the call has failed without that.</summary>
    /// <returns>False when it has failed.</returns>
    public async Task<bool> HasBegunToBeAnsweredAsync()
    {
        try
        {
            var response = await _head!.ConfigureAwait(false);
            if (ResponseHeaders.IsFailureAlone(response))
            {
                EndWithTrailers(response);
            }

            return true;
        }
        catch (Exception exception)
        {
            EndWith(exception);
            return false;
        }
    }

    /// <summary>Receives the response of a started call that has one.</summary>
    public Task<TResponse> ReceiveOneAsync() => ReceiveOneAsync(_head!);

    private void Started(Task<HttpResponseMessage> head)
    {
        _head = head;

        // A failure is reported by the response, whether or not anyone asks for it.
        _ = _head.ContinueWith(
            static task => _ = task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Makes a call with one response.</summary>
    /// <param name="request">The only request; null where there is a stream of them.</param>
    public Task<TResponse> RunWithOneResponseAsync(TRequest? request) => ReceiveOneAsync(SendRequestAsync(request));

    private async Task<TResponse> ReceiveOneAsync(Task<HttpResponseMessage> head)
    {
        try
        {
            var response = await head.ConfigureAwait(false);
            var frames = await OpenResponsesAsync(response).ConfigureAwait(false);
            TResponse? message = null;
            while (await frames.ReceiveAsync(CancellationToken).ConfigureAwait(false))
            {
                while (frames.TryTake() is { } next)
                {
                    message = message is null ? next : throw new RpcException(
                        new Status(StatusCode.Internal, "More than one response was received."));
                }
            }

            frames.Release();
            EndWithTrailersOf(response, message);
            return message!;
        }
        catch (Exception exception)
        {
            throw EndWith(exception);
        }
    }

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_isMoving)
        {
            return Task.FromException<bool>(
                new InvalidOperationException("The last MoveNext has not completed yet."));
        }

        if (_isAtEnd)
        {
            return AtEnd;
        }

        try
        {
            if (!cancellationToken.IsCancellationRequested && _frames?.TryTake() is { } message)
            {
                _current = message;
                return HasMessage;
            }
        }
        catch (RpcException exception)
        {
            return Task.FromException<bool>(EndWith(exception));
        }

        return ReceiveNextAsync(cancellationToken);
    }

    protected override void OnEnded(in Status status, Metadata trailers)
    {
        var isError = status.StatusCode != StatusCode.OK;
        _pump?.Stop(new RpcException(status, trailers), isError);
        if (!isError)
        {
            _singleRequest?.Release();
        }
    }

    private Task<HttpResponseMessage> SendRequestAsync(TRequest? request)
    {
        if (_pump is not null)
        {
            return SendAsync(new RequestStreamContent(_pump));
        }

        var frame = new FrameBuffer();
        try
        {
            MessageSerializer.Write(
                method.RequestMarshaller.ContextualSerializer,
                request!,
                frame,
                Channel.MaxSendMessageSize,
                (_writeOptions?.Flags & WriteFlags.NoCompress) == WriteFlags.NoCompress ? null : RequestEncoding);
        }
        catch (Exception exception)
        {
            return Task.FromException<HttpResponseMessage>(EndWith(exception));
        }

        _singleRequest = new SingleRequestContent(frame);
        return SendAsync(_singleRequest);
    }

    private async ValueTask<ResponseFrames<TResponse>> OpenResponsesAsync(HttpResponseMessage response) =>
        new(
            await response.Content.ReadAsStreamAsync(CancellationToken).ConfigureAwait(false),
            method.ResponseMarshaller.ContextualDeserializer,
            ResponseHeaders.EncodingOf(response, Channel.Encodings),
            Channel.MaxReceiveMessageSize);

    // A missing response matters only where the status claims success.
    private void EndWithTrailersOf(HttpResponseMessage response, TResponse? message)
    {
        if (message is null && ResponseHeaders.ReadEnd(response).Status.StatusCode == StatusCode.OK)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The response is missing."));
        }

        EndWithTrailers(response);
    }

    private async Task<bool> ReceiveNextAsync(CancellationToken cancellationToken)
    {
        _isMoving = true;
        using var onCancelled = cancellationToken.UnsafeRegister(
            static call => ((HttpCall)call!).CancelWith(CancelledByClient), this);
        try
        {
            var response = await _head!.ConfigureAwait(false);
            _frames ??= await OpenResponsesAsync(response).ConfigureAwait(false);
            do
            {
                if (_frames.TryTake() is { } message)
                {
                    _current = message;
                    return true;
                }
            }
            while (await _frames.ReceiveAsync(CancellationToken).ConfigureAwait(false));

            _current = null;
            _frames.Release();
            EndWithTrailers(response);
            _isAtEnd = true;
            return false;
        }
        catch (Exception exception)
        {
            throw EndWith(exception);
        }
        finally
        {
            _isMoving = false;
        }
    }
}
