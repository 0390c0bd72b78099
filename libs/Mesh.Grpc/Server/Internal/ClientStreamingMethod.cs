using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with a stream of requests, one response.</summary>
internal sealed class ClientStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> handler,
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
        WriteResponse(call, await handler(service, requests, call).ConfigureAwait(false));
    }
}
