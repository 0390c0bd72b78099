using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health service to a host.</summary>
public static class GrpcHealthExtensions
{
    /// <summary>
    /// Registers one <see cref="HealthServiceImpl"/>, on which the host sets statuses. When the host stops, everything
    /// is NOT_SERVING and all watches end.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddGrpcHealth(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider =>
        {
            var health = new HealthServiceImpl();
            provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(health.Stop);
            return health;
        });
        return services;
    }

    /// <summary>Maps grpc.health.v1.Health.</summary>
    /// <param name="builder">Where to map.</param>
    /// <returns>A builder for conventions.</returns>
    public static GrpcServiceEndpointConventionBuilder MapGrpcHealthService(this IEndpointRouteBuilder builder) =>
        builder.MapGrpcService<HealthServiceImpl>();
}
