using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves one method: turns an HTTP request into a call of a handler. The kinds of calls differ in
/// <see cref="HandleAsync"/> alone.</summary>
/// <typeparam name="TService">The implementation of the service.</typeparam>
/// <typeparam name="TRequest">The request type.</typeparam>
/// <typeparam name="TResponse">The response type.</typeparam>
internal abstract class ServerMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServiceSource<TService> source,
    ServiceSettings settings,
    ILogger logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method => method;

    protected InterceptorSource[] Interceptors => settings.Interceptors;

    /// <summary>The endpoint.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (RequestCheck.FindFault(context.Request) is { } fault)
        {
            GrpcMessages.BadRequest(logger, context.Request.Path, fault.Reason);
            return RequestCheck.RefuseAsync(context, fault);
        }

        return ServeAsync(new ServerCall(context, method, settings, logger));
    }

    /// <summary>Serves a call from its start to its end. Never fails.</summary>
    protected virtual Task ServeAsync(ServerCall call)
    {
        try
        {
            call.Start();
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            return EndAsync(call);
        }

        return AwaitAndEndAsync(call, HandleAsync(call));
    }

    /// <summary>Ends a call once it is handled. Never fails.</summary>
    protected static async Task AwaitAndEndAsync(ServerCall call, ValueTask handling)
    {
        try
        {
            await handling.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
        }

        await EndAsync(call).ConfigureAwait(false);
    }

    /// <summary>Ends a call that has been handled or has failed. Never fails.</summary>
    protected static Task EndAsync(ServerCall call) => call.OwnsSomething ? ReleaseAndEndAsync(call) : call.EndAsync();

    /// <summary>Reads requests, calls the handler, writes responses.</summary>
    protected abstract ValueTask HandleAsync(ServerCall call);

    /// <summary>The object that handles a call; made only once the interceptors have let the call through.</summary>
    protected TService Activate(ServerCall call)
    {
        var service = source.Get(call.HttpContext);
        if (source.IsOwnedByCall)
        {
            call.Own(service);
        }

        return service;
    }

    /// <summary>Reads the only request of a call, up to and including the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected async ValueTask<TRequest> ReadRequestAsync(ServerCall call)
    {
        TRequest? request = null;
        while (!TakeRequest(call, await call.Requests.ReadAsync().ConfigureAwait(false), ref request))
        {
        }

        return request!;
    }

    /// <summary>Takes the only request out of what has been received.</summary>
    /// <returns>Whether the stream has ended after it, so that it is whole.</returns>
    protected bool TakeRequest(ServerCall call, in ReadResult result, ref TRequest? request)
    {
        var buffer = result.Buffer;
        request ??= MessageParser.TryTake(
            ref buffer,
            method.RequestMarshaller.ContextualDeserializer,
            call.RequestEncoding,
            settings.MaxReceiveMessageSize);
        if (request is not null && !buffer.IsEmpty)
        {
            throw new RpcException(new Status(StatusCode.Internal, "More than one request was received."));
        }

        if (!result.IsCompleted)
        {
            call.Requests.AdvanceTo(buffer.Start, buffer.End);
            return false;
        }

        ThrowIfIncomplete(request, buffer);
        call.Requests.AdvanceTo(buffer.End);
        return true;
    }

    protected void WriteResponse(ServerCall call, TResponse? response)
    {
        if (response is null)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        }

        // Not flushed: the headers, the message and the trailers leave together when the request ends.
        call.Write(method.ResponseMarshaller.ContextualSerializer, response);
    }

    private static void ThrowIfIncomplete(TRequest? request, in ReadOnlySequence<byte> rest)
    {
        if (request is null)
        {
            throw new RpcException(new Status(StatusCode.Internal, rest.IsEmpty
                ? "Incomplete message: the request is missing."
                : "Incomplete message: the stream ended inside it."));
        }
    }

    private static async Task ReleaseAndEndAsync(ServerCall call)
    {
        await call.ReleaseOwnedAsync().ConfigureAwait(false);
        await call.EndAsync().ConfigureAwait(false);
    }
}
