using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>One call on the server: its context for the handler, and the writer of its response.</summary>
internal sealed class ServerCall(HttpContext http, IMethod method, ServiceSettings settings, ILogger logger)
    : ServerCallContext
{
    private ServerDeadline? _deadline;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Dictionary<object, object>? _userState;
    private MessageEncoding? _responseEncoding;
    private List<object>? _owned;
    private Status _status = Status.DefaultSuccess;
    private bool _bodyStarted;

    public HttpContext HttpContext { get; } = http;

    public ServiceSettings Settings => settings;

    /// <summary>How compressed requests are compressed; null when the call has no encoding.</summary>
    public MessageEncoding? RequestEncoding { get; private set; }

    public PipeReader Requests => HttpContext.Request.BodyReader;

    /// <summary>Whether anything was created for this call alone.</summary>
    public bool OwnsSomething => _owned is not null;

    protected override string MethodCore => method.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore => PeerName.Of(HttpContext.Connection);

    protected override DateTime DeadlineCore => _deadline?.Deadline ?? DateTime.MaxValue;

    protected override CancellationToken CancellationTokenCore => _deadline?.Token ?? HttpContext.RequestAborted;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => PeerName.Authenticate(HttpContext.Connection);

    protected override IDictionary<object, object> UserStateCore => _userState ??= [];

    protected override Metadata RequestHeadersCore
    {
        get
        {
            if (_requestHeaders is null)
            {
                var headers = new Metadata();
                foreach (var (name, values) in HttpContext.Request.Headers)
                {
                    foreach (var value in values)
                    {
                        MetadataCodec.AddReceived(headers, name, value ?? "");
                    }
                }

                _requestHeaders = headers;
            }

            return _requestHeaders;
        }
    }

    /// <summary>Reads what the headers say of the call and prepares the response.</summary>
    /// <exception cref="RpcException">The call cannot be served.</exception>
    public void Start()
    {
        var headers = HttpContext.Request.Headers;
        HttpContext.Response.ContentType = ProtocolNames.ContentType;
        var encoding = headers.GrpcEncoding;
        if (encoding.Count > 0)
        {
            UseRequestEncoding(encoding.ToString());
        }

        if (settings.ResponseEncoding is { } responseEncoding)
        {
            UseResponseEncoding(responseEncoding);
        }

        var timeout = headers.GrpcTimeout;
        if (timeout.Count > 0)
        {
            if (!GrpcTimeout.TryParse(timeout.ToString(), out var left))
            {
                throw new RpcException(new Status(StatusCode.Internal, $"The timeout '{timeout}' is malformed."));
            }

            _deadline = new ServerDeadline(this, left);
        }
    }

    /// <summary>Takes what was created for this call alone, to be disposed of after it.</summary>
    public void Own(object created) => (_owned ??= []).Add(created);

    /// <summary>Disposes of what was created for this call alone, in reverse order. Never fails.</summary>
    public async ValueTask ReleaseOwnedAsync()
    {
        for (var i = _owned!.Count - 1; i >= 0; i--)
        {
            try
            {
                switch (_owned[i])
                {
                    case IAsyncDisposable disposable:
                        await disposable.DisposeAsync().ConfigureAwait(false);
                        break;
                    case IDisposable disposable:
                        disposable.Dispose();
                        break;
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }
    }

    /// <summary>A stream may be as long and as slow as it likes: Kestrel's limits are meant for uploads.</summary>
    public void AllowLongRequest()
    {
        if (HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (HttpContext.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features
                .IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    /// <summary>Puts a message into the response's buffer.</summary>
    /// <returns>Its length in bytes, header included.</returns>
    public int Write<T>(Action<T, SerializationContext> serializer, T message)
    {
        if (_deadline is null)
        {
            return WriteUnguarded(serializer, message);
        }

        lock (_deadline)
        {
            _deadline.ThrowIfExceeded();
            return WriteUnguarded(serializer, message);
        }
    }

    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken) =>
        HttpContext.Response.BodyWriter.FlushAsync(cancellationToken);

    /// <summary>Turns an exception into the status of the call.</summary>
    public void Fail(Exception exception)
    {
        switch (exception)
        {
            case RpcException rpc:
                _status = rpc.Status;
                foreach (var trailer in rpc.Trailers)
                {
                    ResponseTrailers.Add(trailer);
                }

                GrpcMessages.CallFailed(logger, method.FullName, rpc.StatusCode, rpc.Status.Detail);
                break;
            case OperationCanceledException or IOException when HttpContext.RequestAborted.IsCancellationRequested:
                _status = new Status(StatusCode.Cancelled, "The client has cancelled the call.");
                break;
            case OperationCanceledException when _deadline is { Token.IsCancellationRequested: true }:
                _status = ServerDeadline.Exceeded;
                break;
            case BadHttpRequestException bad:
                _status = new Status(StatusMapping.FromHttpStatus(bad.StatusCode), bad.Message);
                break;
            default:
                GrpcMessages.HandlerFailed(logger, exception, method.FullName);
                _status = new Status(
                    StatusCode.Unknown,
                    settings.EnableDetailedErrors
                        ? "Exception was thrown by handler. " + Describe(exception)
                        : "Exception was thrown by handler.");
                break;
        }
    }

    /// <summary>Ends the response with the status, unless the deadline has done so.</summary>
    public Task EndAsync()
    {
        if (_deadline is null)
        {
            WriteTrailers(_status, _responseTrailers);
            return Task.CompletedTask;
        }

        var deadline = _deadline;
        lock (deadline)
        {
            if (deadline.TryEnd())
            {
                WriteTrailers(_status, _responseTrailers);
            }
        }

        return deadline.FinishAsync();
    }

    /// <summary>Ends the response at the deadline while the handler may still run. Never fails.</summary>
    public async Task EndAtDeadlineAsync(Task handlerTold)
    {
        GrpcMessages.DeadlineExceeded(logger, method.FullName);
        try
        {
            lock (_deadline!)
            {
                // The handler still owns its trailers, and may be changing them.
                WriteTrailers(ServerDeadline.Exceeded, trailers: null);
            }

            await HttpContext.Response.CompleteAsync().ConfigureAwait(false);

            // The client may be sending still; NO_ERROR tells it that the response stands and to stop (RFC 9113, 8.1).
            HttpContext.Features.Get<IHttpResetFeature>()?.Reset(errorCode: 0);
            await handlerTold.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            GrpcMessages.DeadlineFailed(logger, exception, method.FullName);
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (_bodyStarted || HttpContext.Response.HasStarted)
        {
            throw new InvalidOperationException("The response headers have been sent already.");
        }

        _bodyStarted = true;
        if (responseHeaders.GetValue(ProtocolNames.EncodingRequest) is { } encodingName)
        {
            UseResponseEncoding(settings.Encodings.TryFind(encodingName, out var encoding)
                ? encoding
                : throw new InvalidOperationException(
                    $"{ProtocolNames.EncodingRequest} asks for '{encodingName}'. "
                    + $"Known: {settings.Encodings.AcceptValue}."));
        }

        ServerReply.WriteMetadata(HttpContext.Response.Headers, responseHeaders);
        await HttpContext.Response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options)
    {
        options ??= ContextPropagationOptions.Default;
        return new InheritedContext(
            options.IsPropagateDeadline ? _deadline?.Deadline : null,
            options.IsPropagateCancellation ? CancellationToken : CancellationToken.None);
    }

    private static string Describe(Exception exception) =>
        $"{exception.GetType().Name}: {exception.Message}"
        + (exception.InnerException is { } inner ? " " + Describe(inner) : "");

    private int WriteUnguarded<T>(Action<T, SerializationContext> serializer, T message)
    {
        _bodyStarted = true;
        var output = HttpContext.Response.BodyWriter;
        return _responseEncoding is null || (WriteOptionsCore?.Flags & WriteFlags.NoCompress) == WriteFlags.NoCompress
            ? MessageSerializer.Write(serializer, message, output, settings.MaxSendMessageSize)
            : MessageSerializer.Write(serializer, message, output, settings.MaxSendMessageSize, _responseEncoding);
    }

    private void UseRequestEncoding(string name)
    {
        if (!settings.Encodings.TryFind(name, out var encoding))
        {
            HttpContext.Response.Headers.GrpcAcceptEncoding = settings.Encodings.AcceptValue;
            throw new RpcException(new Status(
                StatusCode.Unimplemented,
                $"The message encoding '{name}' is not supported. Known: {settings.Encodings.AcceptValue}."));
        }

        RequestEncoding = encoding;
    }

    // What the client did not say it accepts is not used, whoever asks for it.
    private void UseResponseEncoding(MessageEncoding? encoding)
    {
        var accepted = HttpContext.Request.Headers.GrpcAcceptEncoding;
        _responseEncoding = encoding is not null && MessageEncodings.Accepts(accepted.ToString(), encoding)
            ? encoding
            : null;
        HttpContext.Response.Headers.GrpcEncoding = _responseEncoding?.Name ?? default(StringValues);
    }

    // Without a body the status goes into the headers: one frame, which the protocol calls Trailers-Only.
    private void WriteTrailers(in Status status, Metadata? trailers)
    {
        var response = HttpContext.Response;
        var destination = _bodyStarted || response.HasStarted
            ? HttpContext.Features.Get<IHttpResponseTrailersFeature>()!.Trailers
            : response.Headers;
        if (trailers is not null)
        {
            ServerReply.WriteMetadata(destination, trailers);
        }

        ServerReply.WriteStatus(destination, status);
    }
}
