using Grpc.AspNetCore.HealthChecks;
using Grpc.AspNetCore.HealthChecks.Internal;
using Grpc.HealthCheck;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health service to a host.</summary>
public static class GrpcHealthChecksServiceExtensions
{
    /// <summary>
    /// Registers <see cref="HealthServiceImpl"/> and keeps it in step with the host's health checks; all of them
    /// together are the health of the empty name. When the host stops, everything is NOT_SERVING and all watches end.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>A builder for the checks themselves.</returns>
    public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider =>
        {
            var health = new HealthServiceImpl();
            if (!provider.GetRequiredService<IOptions<GrpcHealthChecksOptions>>().Value.SuppressCompletionOnShutdown)
            {
                provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(health.Stop);
            }

            return health;
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHealthCheckPublisher, GrpcHealthChecksPublisher>());
        return services.AddHealthChecks();
    }

    /// <summary>Registers the health service, with options.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder for the checks themselves.</returns>
    public static IHealthChecksBuilder AddGrpcHealthChecks(
        this IServiceCollection services, Action<GrpcHealthChecksOptions> configure)
    {
        services.Configure(configure);
        return services.AddGrpcHealthChecks();
    }
}
