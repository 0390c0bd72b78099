using Grpc.Core;
using Grpc.Net.Client.Internal.Retries;

namespace Grpc.Net.Client.Internal;

/// <summary>Starts calls over HTTP/2: those with a retry policy as ones that may take several attempts.</summary>
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
        var route = channel.RouteOf(method);
        if (route.Retries is not null)
        {
            var retrying = StartRetrying(route, method, host, options, request);
            return new AsyncUnaryCall<TResponse>(
                retrying.ReceiveOneAsync(),
                RetryingCall<TRequest, TResponse>.ResponseHeadersOf,
                RetryingCall<TRequest, TResponse>.StatusOf,
                RetryingCall<TRequest, TResponse>.TrailersOf,
                RetryingCall<TRequest, TResponse>.Cancel,
                retrying);
        }

        var call = new HttpCall<TRequest, TResponse>(channel, route, method, host, options);
        return new AsyncUnaryCall<TResponse>(
            call.RunWithOneResponseAsync(request),
            HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var route = channel.RouteOf(method);
        if (route.Retries is not null)
        {
            var retrying = StartRetrying(route, method, host, options, request);
            return new AsyncServerStreamingCall<TResponse>(
                retrying,
                RetryingCall<TRequest, TResponse>.ResponseHeadersOf,
                RetryingCall<TRequest, TResponse>.StatusOf,
                RetryingCall<TRequest, TResponse>.TrailersOf,
                RetryingCall<TRequest, TResponse>.Cancel,
                retrying);
        }

        var call = new HttpCall<TRequest, TResponse>(channel, route, method, host, options);
        call.Start(request);
        return new AsyncServerStreamingCall<TResponse>(
            call, HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var route = channel.RouteOf(method);
        if (route.Retries is not null)
        {
            var retrying = StartRetrying(route, method, host, options, request: null);
            return new AsyncClientStreamingCall<TRequest, TResponse>(
                retrying,
                retrying.ReceiveOneAsync(),
                RetryingCall<TRequest, TResponse>.ResponseHeadersOf,
                RetryingCall<TRequest, TResponse>.StatusOf,
                RetryingCall<TRequest, TResponse>.TrailersOf,
                RetryingCall<TRequest, TResponse>.Cancel,
                retrying);
        }

        var call = new HttpCall<TRequest, TResponse>(channel, route, method, host, options);
        var requests = call.OpenRequests();
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests, call.RunWithOneResponseAsync(request: null),
            HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var route = channel.RouteOf(method);
        if (route.Retries is not null)
        {
            var retrying = StartRetrying(route, method, host, options, request: null);
            return new AsyncDuplexStreamingCall<TRequest, TResponse>(
                retrying,
                retrying,
                RetryingCall<TRequest, TResponse>.ResponseHeadersOf,
                RetryingCall<TRequest, TResponse>.StatusOf,
                RetryingCall<TRequest, TResponse>.TrailersOf,
                RetryingCall<TRequest, TResponse>.Cancel,
                retrying);
        }

        var call = new HttpCall<TRequest, TResponse>(channel, route, method, host, options);
        var requests = call.OpenRequests();
        call.Start(request: null);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, call,
            HttpCall.ResponseHeadersOf, HttpCall.StatusOf, HttpCall.TrailersOf, HttpCall.Cancel, call);
    }

    private RetryingCall<TRequest, TResponse> StartRetrying<TRequest, TResponse>(
        MethodRoute route, Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest? request)
        where TRequest : class
        where TResponse : class
    {
        var call = new RetryingCall<TRequest, TResponse>(channel, route, method, host, options);
        call.Start(request);
        return call;
    }
}
