using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the methods of a service. A <typeparamref name="TService"/> that is registered is resolved (a singleton
    /// once, others per call); one that is not is created and disposed of per call.
    /// </summary>
    /// <param name="builder">Where to map.</param>
    /// <typeparam name="TService">The implementation, derived from a generated service base class.</typeparam>
    /// <returns>A builder for conventions.</returns>
    /// <exception cref="InvalidOperationException">AddGrpc was not called, or the type is no gRPC service.
    /// </exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var lifetimes = builder.ServiceProvider.GetService<ServiceLifetimes>()
            ?? throw new InvalidOperationException("Call services.AddGrpc() before mapping a gRPC service.");
        var settings = new ServiceSettings(
            builder.ServiceProvider.GetRequiredService<IOptions<GrpcServiceOptions>>().Value,
            builder.ServiceProvider.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value);
        var logger = builder.ServiceProvider.GetRequiredService<ILoggerFactory>()
            .CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
        var source = new ServiceSource<TService>(builder.ServiceProvider, lifetimes);
        var binder = new EndpointBinder<TService>(builder, settings, source, logger);
        binder.Bind();
        if (!settings.IgnoreUnknownServices)
        {
            var unimplemented = builder.ServiceProvider.GetRequiredService<UnimplementedCalls>();
            foreach (var name in binder.ServiceNames)
            {
                unimplemented.Add(name);
            }
        }

        return new GrpcServiceEndpointConventionBuilder(binder.Endpoints);
    }
}
