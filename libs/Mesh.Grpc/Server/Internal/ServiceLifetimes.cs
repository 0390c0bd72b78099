using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Remembers how services were registered, which a service provider does not tell. A singleton is then resolved once,
/// which spares each call the creation of a scope.
/// </summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    public ServiceLifetime? Of(Type serviceType) =>
        services.LastOrDefault(service => service.ServiceType == serviceType && !service.IsKeyedService)?.Lifetime;
}
