using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with a stream each way.</summary>
internal sealed class DuplexStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler,
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
        call.AllowLongRequest();
        var requests = new RequestStream<TRequest>(
            call.Requests, Method.RequestMarshaller.ContextualDeserializer, call.Options.MaxReceiveMessageSize);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        try
        {
            await handler(service, requests, responses, call).ConfigureAwait(false);
        }
        finally
        {
            responses.End();
        }
    }
}
