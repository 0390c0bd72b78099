using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with a stream each way.</summary>
internal sealed class DuplexStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler,
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
        var responses = new ResponseStream<TResponse>(
            call, Method.ResponseMarshaller.ContextualSerializer, requests);
        try
        {
            await (Interceptors.Length == 0
                ? handler(Activate(call), requests, responses, call)
                : From(0, call)(requests, responses, call)).ConfigureAwait(false);
        }
        finally
        {
            await responses.EndAsync().ConfigureAwait(false);
        }
    }

    private DuplexStreamingServerMethod<TRequest, TResponse> From(int next, ServerCall call) =>
        next == Interceptors.Length
            ? (requests, responses, context) => handler(Activate(call), requests, responses, context)
            : (requests, responses, context) => Interceptors[next].Get(call)
                .DuplexStreamingServerHandler(requests, responses, context, From(next + 1, call));
}
