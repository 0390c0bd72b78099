using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with one request, a stream of responses.</summary>
internal sealed class ServerStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler,
    ServiceSource<TService> source,
    GrpcServiceOptions options,
    ILogger logger)
    : ServerMethod<TService, TRequest, TResponse>(method, source, options, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask HandleAsync(TService service, ServerCall call)
    {
        var request = await ReadRequestAsync(call).ConfigureAwait(false);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        try
        {
            await handler(service, request, responses, call).ConfigureAwait(false);
        }
        finally
        {
            responses.End();
        }
    }
}
