using Grpc.Core;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Client;

/// <summary>
/// Messages compressed and not, each as it was asked for; the flags are read from the wire, in both directions. The
/// cases without a probe are for servers that do not show their handlers how a request came.
/// </summary>
internal static class CompressionCases
{
    private const int FirstRequestBytes = 27_182;
    private const int SecondRequestBytes = 45_904;
    private static readonly int[] ResponseSizes = [31_415, 92_653];
    private static readonly WriteOptions NoCompress = new(WriteFlags.NoCompress);

    public static async Task ClientCompressedUnaryAsync(CaseContext context)
    {
        var lie = CaseContext.LargeRequest(expect: CaseContext.Bool(true));
        await Expect.StatusAsync(
            StatusCode.InvalidArgument, async () => await context.Service.UnaryCallAsync(lie), "the probe");
        await ClientCompressedUnaryNoProbeAsync(context);
    }

    public static async Task ClientCompressedUnaryNoProbeAsync(CaseContext context)
    {
        foreach (var compressed in new[] { true, false })
        {
            var options = new CallOptions(CaseContext.Compressing);
            var response = await context.Service.UnaryCallAsync(
                CaseContext.LargeRequest(expect: CaseContext.Bool(compressed)),
                compressed ? options : options.WithWriteOptions(NoCompress));
            Expect.Sequence([compressed], context.Wire.Requests.Compressed, "compressed flags of the requests");
            Expect.Zeros(CaseContext.LargeResponseBytes, response.Payload?.Body, "response");
        }
    }

    public static async Task ServerCompressedUnaryAsync(CaseContext context)
    {
        foreach (var compressed in new[] { true, false })
        {
            var response = await context.Service.UnaryCallAsync(
                CaseContext.LargeRequest(respond: CaseContext.Bool(compressed)));
            Expect.Sequence([compressed], context.Wire.Responses.Compressed, "compressed flags of the responses");
            Expect.Zeros(CaseContext.LargeResponseBytes, response.Payload?.Body, "response");
        }
    }

    public static async Task ClientCompressedStreamingAsync(CaseContext context)
    {
        using var probe = context.Service.StreamingInputCall();
        await Expect.StatusAsync(
            StatusCode.InvalidArgument,
            async () =>
            {
                // The server may refuse it before it has been written whole; the status tells either way.
                await WriteUnlessEndedAsync(probe.RequestStream, Request(FirstRequestBytes, expected: true));
                await probe.ResponseAsync;
            },
            "the probe");
        await ClientCompressedStreamingNoProbeAsync(context);
    }

    public static async Task ClientCompressedStreamingNoProbeAsync(CaseContext context)
    {
        using var call = context.Service.StreamingInputCall(CaseContext.Compressing);
        await call.RequestStream.WriteAsync(Request(FirstRequestBytes, expected: true));
        call.RequestStream.WriteOptions = NoCompress;
        await call.RequestStream.WriteAsync(Request(SecondRequestBytes, expected: false));
        await call.RequestStream.CompleteAsync();
        var response = await call.ResponseAsync;
        Expect.Sequence([true, false], context.Wire.Requests.Compressed, "compressed flags of the requests");
        Expect.Equal(73_086, response.AggregatedPayloadSize, "aggregated_payload_size");
    }

    public static async Task ServerCompressedStreamingAsync(CaseContext context)
    {
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters =
            {
                new ResponseParameters { Compressed = CaseContext.Bool(true), Size = ResponseSizes[0] },
                new ResponseParameters { Compressed = CaseContext.Bool(false), Size = ResponseSizes[1] },
            },
        };
        using var call = context.Service.StreamingOutputCall(request);
        List<int> sizes = [];
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            sizes.Add(response.Payload.Body.Length);
            Expect.Zeros(sizes[^1], response.Payload.Body, "response");
        }

        Expect.Sequence(ResponseSizes, sizes, "sizes of the responses");
        Expect.Sequence([true, false], context.Wire.Responses.Compressed, "compressed flags of the responses");
    }

    private static async Task WriteUnlessEndedAsync(
        IClientStreamWriter<StreamingInputCallRequest> stream, StreamingInputCallRequest request)
    {
        try
        {
            await stream.WriteAsync(request);
            await stream.CompleteAsync();
        }
        catch (RpcException)
        {
            // Told again by the response.
        }
    }

    private static StreamingInputCallRequest Request(int size, bool expected) => new()
    {
        ExpectCompressed = CaseContext.Bool(expected),
        Payload = CaseContext.Zeros(size),
    };
}
