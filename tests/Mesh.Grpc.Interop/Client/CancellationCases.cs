using Grpc.Core;
using Grpc.Testing;

namespace Mesh.Grpc.Interop.Client;

/// <summary>Calls that end before their time.</summary>
internal static class CancellationCases
{
    private const int RequestBytes = 27_182;
    private const int ResponseBytes = 31_415;

    public static async Task CancelAfterBeginAsync(CaseContext context)
    {
        using var cancellation = new CancellationTokenSource();
        using var call = context.Service.StreamingInputCall(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Expect.StatusAsync(StatusCode.Cancelled, async () => await call.ResponseAsync, "StreamingInputCall");
        Expect.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode, "status");
    }

    public static async Task CancelAfterFirstResponseAsync(CaseContext context)
    {
        using var cancellation = new CancellationTokenSource();
        using var call = context.Service.FullDuplexCall(cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(StreamingCases.Asking(ResponseBytes, RequestBytes));
        Expect.Equal(true, await call.ResponseStream.MoveNext(CancellationToken.None), "a response is there");
        Expect.Zeros(ResponseBytes, call.ResponseStream.Current.Payload?.Body, "response");
        await cancellation.CancelAsync();
        await Expect.StatusAsync(
            StatusCode.Cancelled, () => call.ResponseStream.MoveNext(CancellationToken.None), "FullDuplexCall");
        Expect.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode, "status");
    }

    public static async Task TimeoutOnSleepingServerAsync(CaseContext context)
    {
        using var call = context.Service.FullDuplexCall(deadline: DateTime.UtcNow.AddMilliseconds(1));
        try
        {
            await call.RequestStream.WriteAsync(
                new StreamingOutputCallRequest { Payload = CaseContext.Zeros(RequestBytes) });
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The deadline may pass before the request has gone; the response tells the status.
        }

        await Expect.StatusAsync(
            StatusCode.DeadlineExceeded, () => call.ResponseStream.MoveNext(CancellationToken.None), "FullDuplexCall");
        Expect.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode, "status");
    }
}
