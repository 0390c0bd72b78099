using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Starts calls over HTTP/2.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        return new AsyncUnaryCall<TResponse>(
            call.RunWithOneResponseAsync(request),
            HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        call.Start(request);
        return new AsyncServerStreamingCall<TResponse>(
            call, HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        var requests = call.OpenRequests();
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests, call.RunWithOneResponseAsync(request: null),
            HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new HttpCall<TRequest, TResponse>(channel, method, host, options);
        var requests = call.OpenRequests();
        call.Start(request: null);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, call,
            HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }
}
