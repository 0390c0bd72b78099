using Grpc.Core;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Client;

/// <summary>What comes before and after the messages.</summary>
internal static class MetadataAndStatusCases
{
    private const string Initial = "x-grpc-test-echo-initial";
    private const string InitialValue = "test_initial_metadata_value";
    private const string Trailing = "x-grpc-test-echo-trailing-bin";
    private const string PlainMessage = "test status message";
    private const string SpecialMessage = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    private static readonly byte[] TrailingValue = [0xab, 0xab, 0xab];

    public static async Task CustomMetadataAsync(CaseContext context)
    {
        Metadata headers = new() { { Initial, InitialValue }, { Trailing, TrailingValue } };
        using var unary = context.Service.UnaryCallAsync(CaseContext.LargeRequest(), headers);
        var response = await unary;
        Expect.Zeros(CaseContext.LargeResponseBytes, response.Payload?.Body, "response");
        CheckEchoes(await unary.ResponseHeadersAsync, unary.GetTrailers(), "UnaryCall");

        using var duplex = context.Service.FullDuplexCall(headers);
        await duplex.RequestStream.WriteAsync(
            StreamingCases.Asking(CaseContext.LargeResponseBytes, CaseContext.LargeRequestBytes));
        await duplex.RequestStream.CompleteAsync();
        var count = 0;
        await foreach (var one in duplex.ResponseStream.ReadAllAsync())
        {
            Expect.Zeros(CaseContext.LargeResponseBytes, one.Payload?.Body, "response");
            count++;
        }

        Expect.Equal(1, count, "responses");
        CheckEchoes(await duplex.ResponseHeadersAsync, duplex.GetTrailers(), "FullDuplexCall");
    }

    public static async Task StatusCodeAndMessageAsync(CaseContext context)
    {
        EchoStatus wanted = new() { Code = (int)StatusCode.Unknown, Message = PlainMessage };
        var status = await Expect.StatusAsync(
            StatusCode.Unknown,
            async () => await context.Service.UnaryCallAsync(new SimpleRequest { ResponseStatus = wanted }),
            "UnaryCall");
        Expect.Equal(PlainMessage, status.Detail, "UnaryCall, message");

        using var call = context.Service.FullDuplexCall();
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = wanted });
        await call.RequestStream.CompleteAsync();
        status = await Expect.StatusAsync(
            StatusCode.Unknown, () => call.ResponseStream.MoveNext(CancellationToken.None), "FullDuplexCall");
        Expect.Equal(PlainMessage, status.Detail, "FullDuplexCall, message");
    }

    public static async Task SpecialStatusMessageAsync(CaseContext context)
    {
        EchoStatus wanted = new() { Code = (int)StatusCode.Unknown, Message = SpecialMessage };
        var status = await Expect.StatusAsync(
            StatusCode.Unknown,
            async () => await context.Service.UnaryCallAsync(new SimpleRequest { ResponseStatus = wanted }),
            "UnaryCall");
        Expect.Equal(SpecialMessage, status.Detail, "message");
    }

    public static Task UnimplementedMethodAsync(CaseContext context) => Expect.StatusAsync(
        StatusCode.Unimplemented,
        async () => await context.Service.UnimplementedCallAsync(new Empty()),
        "TestService/UnimplementedCall");

    public static Task UnimplementedServiceAsync(CaseContext context) => Expect.StatusAsync(
        StatusCode.Unimplemented,
        async () => await context.Unimplemented.UnimplementedCallAsync(new Empty()),
        "UnimplementedService/UnimplementedCall");

    private static void CheckEchoes(Metadata headers, Metadata trailers, string call)
    {
        Expect.Equal(InitialValue, headers.GetValue(Initial), $"{call}, {Initial} in the headers");
        var trailing = trailers.GetValueBytes(Trailing);
        Expect.Equal(
            Convert.ToHexString(TrailingValue),
            trailing is null ? null : Convert.ToHexString(trailing),
            $"{call}, {Trailing} in the trailers");
    }
}
