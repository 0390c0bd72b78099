using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves a method with one request, one response.</summary>
internal sealed class UnaryMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    Func<TService, TRequest, ServerCallContext, Task<TResponse>> handler,
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
        WriteResponse(call, await handler(service, request, call).ConfigureAwait(false));
    }
}
