using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Finds the methods of a service through its generated <c>BindService</c>, finds their handlers in the implementation
/// by name and parameters, and maps an endpoint for each.
/// </summary>
/// <typeparam name="TService">The implementation.</typeparam>
internal sealed class EndpointBinder<TService>(
    IEndpointRouteBuilder builder, ServiceSettings settings, ServiceSource<TService> source, ILogger logger)
    : ServiceBinderBase
    where TService : class
{
    private readonly List<IEndpointConventionBuilder> _endpoints = [];
    private readonly HashSet<string> _serviceNames = new(StringComparer.Ordinal);

    public IReadOnlyList<IEndpointConventionBuilder> Endpoints => _endpoints;

    public IReadOnlyCollection<string> ServiceNames => _serviceNames;

    public void Bind()
    {
        // The attribute is on the generated base class; BindService takes exactly that type.
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } bind)
            {
                var method = bind.BindType.GetMethod(
                    bind.BindMethodName,
                    BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static,
                    [typeof(ServiceBinderBase), type]);
                if (method is not null)
                {
                    method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [this, null], null);
                    return;
                }
            }
        }

        throw new InvalidOperationException(
            $"{typeof(TService)} does not derive from a generated gRPC service base class.");
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var target = FindHandler(
            method, typeof(TRequest));
        var call = target.CreateDelegate<
            Func<TService, TRequest, ServerCallContext, Task<TResponse>>>();
        Map(method, target, new UnaryMethod<TService, TRequest, TResponse>(
            method, call, source, settings, logger).InvokeAsync);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = FindHandler(
            method, typeof(IAsyncStreamReader<TRequest>));
        var call = target.CreateDelegate<
            Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>();
        Map(method, target, new ClientStreamingMethod<TService, TRequest, TResponse>(
            method, call, source, settings, logger).InvokeAsync);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = FindHandler(
            method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>));
        var call = target.CreateDelegate<
            Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        Map(method, target, new ServerStreamingMethod<TService, TRequest, TResponse>(
            method, call, source, settings, logger).InvokeAsync);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = FindHandler(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>));
        var call = target.CreateDelegate<
            Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        Map(method, target, new DuplexStreamingMethod<TService, TRequest, TResponse>(
            method, call, source, settings, logger).InvokeAsync);
    }

    private static MethodInfo FindHandler(IMethod method, params Type[] messages) =>
        typeof(TService).GetMethod(
            method.Name, BindingFlags.Public | BindingFlags.Instance, [.. messages, typeof(ServerCallContext)])
        ?? throw new InvalidOperationException($"{typeof(TService)} has no method for {method.FullName}.");

    private void Map(IMethod method, MethodInfo target, RequestDelegate invoke)
    {
        _serviceNames.Add(method.ServiceName);
        object[] metadata =
        [
            .. typeof(TService).GetCustomAttributes(inherit: true),
            .. target.GetCustomAttributes(inherit: true),
            new GrpcMethodMetadata(typeof(TService), method),
        ];
        _endpoints.Add(builder.MapMethods(method.FullName, [HttpMethods.Post], invoke)
            .WithDisplayName($"gRPC - {method.FullName}")
            .WithMetadata(metadata));
    }
}
