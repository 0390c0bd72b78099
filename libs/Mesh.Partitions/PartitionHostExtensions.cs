using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Partitions;

/// <summary>Adds a partition host to an application.</summary>
public static class PartitionHostExtensions
{
    /// <summary>Adds the host, started with the application, and its health check, <c>partitions</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Made when the host is.</param>
    /// <param name="create">Makes the processor of a partition, empty, whenever the instance takes it.</param>
    public static IServiceCollection AddPartitionHost<TProcessor>(
        this IServiceCollection services,
        Func<IServiceProvider, PartitionHostOptions> options,
        Func<IServiceProvider, int, TProcessor> create)
        where TProcessor : class, IPartitionProcessor
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PartitionHost<TProcessor>>(
            provider, options(provider), (Func<int, TProcessor>)(partition => create(provider, partition))));
        services.AddHostedService(provider => provider.GetRequiredService<PartitionHost<TProcessor>>());
        services.AddHealthChecks().AddCheck<HostCheck<TProcessor>>("partitions");
        return services;
    }

    private sealed class HostCheck<TProcessor>(PartitionHost<TProcessor> host) : IHealthCheck
        where TProcessor : class, IPartitionProcessor
    {
        public Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken) =>
            Task.FromResult(
                host.State != HostState.Serving
                    ? HealthCheckResult.Unhealthy(host.Failure ?? host.State.ToString())
                : host.RelayStalled >= Limits.RelayPatience
                    ? HealthCheckResult.Unhealthy(
                        $"The broker has acknowledged nothing for {host.RelayStalled.TotalSeconds:0} s.")
                : HealthCheckResult.Healthy());
    }
}
