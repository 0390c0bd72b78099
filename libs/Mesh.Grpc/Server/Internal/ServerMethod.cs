using System.Buffers;
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
    GrpcServiceOptions options,
    ILogger logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method => method;

    /// <summary>The endpoint.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (RequestCheck.FindFault(context.Request) is { } fault)
        {
            GrpcMessages.BadRequest(logger, context.Request.Path, fault.Reason);
            return RequestCheck.RefuseAsync(context, fault);
        }

        return RunAsync(new ServerCall(context, method, options, logger));
    }

    /// <summary>Reads requests, calls the handler, writes responses.</summary>
    protected abstract ValueTask HandleAsync(TService service, ServerCall call);

    /// <summary>Reads the only request of a call, up to and including the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected async ValueTask<TRequest> ReadRequestAsync(ServerCall call)
    {
        TRequest? request = null;
        while (true)
        {
            var result = await call.Requests.ReadAsync().ConfigureAwait(false);
            var buffer = result.Buffer;
            var received = request is null
                && MessageFrame.TryRead(ref buffer, call.Options.MaxReceiveMessageSize, out var payload)
                ? request = MessageParser.Parse(method.RequestMarshaller.ContextualDeserializer, payload)
                : request;
            if (received is not null && !buffer.IsEmpty)
            {
                throw new RpcException(new Status(StatusCode.Internal, "More than one request was received."));
            }

            if (result.IsCompleted)
            {
                ThrowIfIncomplete(received, buffer);
                call.Requests.AdvanceTo(buffer.End);
                return received!;
            }

            call.Requests.AdvanceTo(buffer.Start, buffer.End);
        }
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

    private async Task RunAsync(ServerCall call)
    {
        TService? service = null;
        try
        {
            call.Start();
            service = source.Get(call.HttpContext);
            await HandleAsync(service, call).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
        }

        if (service is not null && source.IsOwnedByCall)
        {
            try
            {
                await ServiceSource<TService>.ReleaseAsync(service).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                call.Fail(exception);
            }
        }

        await call.EndAsync().ConfigureAwait(false);
    }
}
