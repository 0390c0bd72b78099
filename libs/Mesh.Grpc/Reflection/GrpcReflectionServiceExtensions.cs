using Grpc.AspNetCore.Server.Reflection.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds server reflection to a host.</summary>
public static class GrpcReflectionServiceExtensions
{
    /// <summary>Adds what <c>MapGrpcReflectionService</c> needs.</summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddGrpc();

        // Made at the first question, when everything is mapped.
        services.TryAddSingleton(provider => new ReflectionAnswers(
            new DescriptorIndex(MappedServices.Of(provider.GetRequiredService<EndpointDataSource>()))));
        services.TryAddSingleton<ReflectionV1Service>();
        services.TryAddSingleton<ReflectionV1AlphaService>();
        return services;
    }
}
