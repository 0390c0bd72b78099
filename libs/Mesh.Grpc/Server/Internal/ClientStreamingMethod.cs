using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with a stream of requests, one response.</summary>
internal sealed class ClientStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> handler,
    ServiceSource<TService> source,
    ServiceSettings settings,
    ILogger logger)
    : ServerMethod<TService, TRequest, TResponse>(method, source, settings, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask HandleAsync(ServerCall call)
    {
        call.AllowLongRequest();
        var requests = new RequestStream<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer);
        var response = Interceptors.Length == 0
            ? handler(Activate(call), requests, call)
            : From(0, call)(requests, call);
        WriteResponse(call, await response.ConfigureAwait(false));
    }

    private ClientStreamingServerMethod<TRequest, TResponse> From(int next, ServerCall call) =>
        next == Interceptors.Length
            ? (requests, context) => handler(Activate(call), requests, context)
            : (requests, context) =>
                Interceptors[next].Get(call).ClientStreamingServerHandler(requests, context, From(next + 1, call));
}
