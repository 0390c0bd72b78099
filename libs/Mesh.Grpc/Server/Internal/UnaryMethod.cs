using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with one request, one response.</summary>
internal sealed class UnaryMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, TRequest, ServerCallContext, Task<TResponse>> handler,
    ServiceSource<TService> source,
    ServiceSettings settings,
    ILogger logger)
    : ServerMethod<TService, TRequest, TResponse>(method, source, settings, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    // Most requests are there whole when their call starts, and many handlers answer at once: such a call is served
    // without anything that could wait. As soon as something does, an asynchronous method takes over.
    protected override Task ServeAsync(ServerCall call)
    {
        try
        {
            call.Start();
            TRequest? request = null;
            if (!call.Requests.TryRead(out var result) || !TakeRequest(call, result, ref request))
            {
                return AwaitAndEndAsync(call, ReadAndHandleAsync(call, request));
            }

            var response = Handle(call, request!);
            if (!response.IsCompletedSuccessfully)
            {
                return AwaitAndEndAsync(call, AwaitAndWriteAsync(call, response));
            }

            WriteResponse(call, response.Result);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
        }

        return EndAsync(call);
    }

    protected override ValueTask HandleAsync(ServerCall call) => ReadAndHandleAsync(call, null);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadAndHandleAsync(ServerCall call, TRequest? request)
    {
        while (!TakeRequest(call, await call.Requests.ReadAsync().ConfigureAwait(false), ref request))
        {
        }

        WriteResponse(call, await Handle(call, request!).ConfigureAwait(false));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAndWriteAsync(ServerCall call, Task<TResponse> response) =>
        WriteResponse(call, await response.ConfigureAwait(false));

    private Task<TResponse> Handle(ServerCall call, TRequest request) => Interceptors.Length == 0
        ? handler(Activate(call), request, call)
        : From(0, call)(request, call);

    private UnaryServerMethod<TRequest, TResponse> From(int next, ServerCall call) => next == Interceptors.Length
        ? (request, context) => handler(Activate(call), request, context)
        : (request, context) =>
            Interceptors[next].Get(call).UnaryServerHandler(request, context, From(next + 1, call));
}
