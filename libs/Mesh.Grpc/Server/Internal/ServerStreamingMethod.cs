using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with one request, a stream of responses.</summary>
internal sealed class ServerStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler,
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
        var request = await ReadRequestAsync(call).ConfigureAwait(false);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        try
        {
            await (Interceptors.Length == 0
                ? handler(Activate(call), request, responses, call)
                : From(0, call)(request, responses, call)).ConfigureAwait(false);
        }
        finally
        {
            await responses.EndAsync().ConfigureAwait(false);
        }
    }

    private ServerStreamingServerMethod<TRequest, TResponse> From(int next, ServerCall call) =>
        next == Interceptors.Length
            ? (request, responses, context) => handler(Activate(call), request, responses, context)
            : (request, responses, context) => Interceptors[next].Get(call)
                .ServerStreamingServerHandler(request, responses, context, From(next + 1, call));
}
