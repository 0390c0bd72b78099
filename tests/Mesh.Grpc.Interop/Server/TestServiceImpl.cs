using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Server;

/// <summary>The server's side of the cases: <c>grpc.testing.TestService</c>, all features of its description.</summary>
internal sealed class TestServiceImpl : TestService.TestServiceBase
{
    private const int MaxAgeSeconds = 60;
    private const int MaxCached = 1_000;
    private const string EchoInitial = "x-grpc-test-echo-initial";
    private const string EchoTrailing = "x-grpc-test-echo-trailing-bin";

    private static readonly ConcurrentDictionary<SimpleRequest, (SimpleResponse Response, DateTimeOffset Until)> Cache =
        new();

    public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
    {
        await EchoMetadataAsync(context, compress: false);
        return new Empty();
    }

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        await EchoMetadataAsync(context, request.ResponseCompressed?.Value ?? false);
        RequestCompression.Check(context, request.ExpectCompressed);
        EchoStatus(request.ResponseStatus);
        context.WriteOptions = HowToWrite(request.ResponseCompressed);
        return new SimpleResponse { Payload = Zeros(request.ResponseType, request.ResponseSize) };
    }

    /// <summary>
    /// The time, and for how long it may be cached. No library here sends a GET, so that no proxy would cache it:
    /// the server keeps its answer itself for as long as it says.
    /// </summary>
    public override async Task<SimpleResponse> CacheableUnaryCall(SimpleRequest request, ServerCallContext context)
    {
        var now = DateTimeOffset.UtcNow;
        if (Cache.Count >= MaxCached)
        {
            Cache.Clear();
        }

        var answer = Cache.AddOrUpdate(
            request, _ => Answer(now), (_, known) => known.Until > now ? known : Answer(now));
        await context.WriteResponseHeadersAsync(new Metadata
        {
            { "cache-control", string.Create(CultureInfo.InvariantCulture, $"max-age={MaxAgeSeconds}, public") },
        });
        return answer.Response;
    }

    public override async Task StreamingOutputCall(
        StreamingOutputCallRequest request,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadataAsync(context, request.ResponseParameters.Any(p => p.Compressed?.Value ?? false));
        EchoStatus(request.ResponseStatus);
        await AnswerAsync(request, responseStream, context);
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context, compress: false);
        var sum = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            RequestCompression.Check(context, request.ExpectCompressed);
            sum += request.Payload?.Body.Length ?? 0;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = sum };
    }

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadataAsync(context, compress: false);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            EchoStatus(request.ResponseStatus);
            await AnswerAsync(request, responseStream, context);
        }
    }

    public override async Task HalfDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadataAsync(context, compress: false);
        List<StreamingOutputCallRequest> requests = [];
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            EchoStatus(request.ResponseStatus);
            requests.Add(request);
        }

        foreach (var request in requests)
        {
            await AnswerAsync(request, responseStream, context);
        }
    }

    private static async Task AnswerAsync(
        StreamingOutputCallRequest request,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        foreach (var wanted in request.ResponseParameters)
        {
            if (wanted.IntervalUs > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(wanted.IntervalUs), context.CancellationToken);
            }

            responseStream.WriteOptions = HowToWrite(wanted.Compressed);
            await responseStream.WriteAsync(
                new StreamingOutputCallResponse { Payload = Zeros(request.ResponseType, wanted.Size) });
        }
    }

    private static Payload Zeros(PayloadType type, int size)
    {
        if (type != PayloadType.Compressable)
        {
            throw new RpcException(new Status(
                StatusCode.InvalidArgument, $"response_type: {(int)type} is not known; expected 0 (COMPRESSABLE)."));
        }

        return size >= 0
            ? new Payload { Type = type, Body = ByteString.CopyFrom(new byte[size]) }
            : throw new RpcException(new Status(StatusCode.InvalidArgument, $"size: {size} is negative."));
    }

    private static void EchoStatus(EchoStatus? status)
    {
        if (status is { Code: not 0 })
        {
            throw new RpcException(new Status((StatusCode)status.Code, status.Message));
        }
    }

    // What both the official server and this library take: the pseudo header asks for the encoding of the responses.
    private static async Task EchoMetadataAsync(ServerCallContext context, bool compress)
    {
        Metadata headers = [];
        if (context.RequestHeaders.Get(EchoInitial) is { } initial)
        {
            headers.Add(initial);
        }

        if (context.RequestHeaders.Get(EchoTrailing) is { } trailing)
        {
            context.ResponseTrailers.Add(trailing);
        }

        if (compress)
        {
            headers.Add("grpc-internal-encoding-request", "gzip");
        }

        if (headers.Count > 0)
        {
            await context.WriteResponseHeadersAsync(headers);
        }
    }

    private static WriteOptions HowToWrite(BoolValue? compressed) =>
        compressed?.Value ?? false ? WriteOptions.Default : new WriteOptions(WriteFlags.NoCompress);

    private static (SimpleResponse Response, DateTimeOffset Until) Answer(DateTimeOffset now) => (
        new SimpleResponse
        {
            Payload = new Payload
            {
                Body = ByteString.CopyFromUtf8(
                    ((now - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture)),
            },
        },
        now.AddSeconds(MaxAgeSeconds));
}
