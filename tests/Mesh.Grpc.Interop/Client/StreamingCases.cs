using Grpc.Core;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Client;

/// <summary>Streams of requests, of responses and of both.</summary>
internal static class StreamingCases
{
    private static readonly int[] RequestSizes = [27_182, 8, 1_828, 45_904];
    private static readonly int[] ResponseSizes = [31_415, 9, 2_653, 58_979];

    public static async Task ClientStreamingAsync(CaseContext context)
    {
        using var call = context.Service.StreamingInputCall();
        foreach (var size in RequestSizes)
        {
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = CaseContext.Zeros(size) });
        }

        await call.RequestStream.CompleteAsync();
        var response = await call.ResponseAsync;
        Expect.Equal(74_922, response.AggregatedPayloadSize, "aggregated_payload_size");
    }

    public static async Task ServerStreamingAsync(CaseContext context)
    {
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters = { ResponseSizes.Select(size => new ResponseParameters { Size = size }) },
        };
        using var call = context.Service.StreamingOutputCall(request);
        List<int> sizes = [];
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            sizes.Add(response.Payload.Body.Length);
            Expect.Zeros(sizes[^1], response.Payload.Body, "response");
        }

        Expect.Sequence(ResponseSizes, sizes, "sizes of the responses");
        Expect.Equal(StatusCode.OK, call.GetStatus().StatusCode, "status");
    }

    public static async Task PingPongAsync(CaseContext context)
    {
        using var call = context.Service.FullDuplexCall();
        for (var i = 0; i < RequestSizes.Length; i++)
        {
            await call.RequestStream.WriteAsync(Asking(ResponseSizes[i], RequestSizes[i]));
            Expect.Equal(true, await call.ResponseStream.MoveNext(CancellationToken.None), $"response {i} is there");
            Expect.Zeros(ResponseSizes[i], call.ResponseStream.Current.Payload?.Body, $"response {i}");
        }

        await call.RequestStream.CompleteAsync();
        Expect.Equal(false, await call.ResponseStream.MoveNext(CancellationToken.None), "a fifth response is there");
        Expect.Equal(StatusCode.OK, call.GetStatus().StatusCode, "status");
    }

    public static async Task EmptyStreamAsync(CaseContext context)
    {
        using var call = context.Service.FullDuplexCall();
        await call.RequestStream.CompleteAsync();
        Expect.Equal(false, await call.ResponseStream.MoveNext(CancellationToken.None), "a response is there");
        Expect.Equal(StatusCode.OK, call.GetStatus().StatusCode, "status");
    }

    /// <summary>A request for one response.</summary>
    public static StreamingOutputCallRequest Asking(int responseSize, int requestSize) => new()
    {
        ResponseParameters = { new ResponseParameters { Size = responseSize } },
        Payload = CaseContext.Zeros(requestSize),
    };
}
