using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Where the object that handles a call comes from.</summary>
/// <typeparam name="TService">The implementation of a service.</typeparam>
internal sealed class ServiceSource<TService>
    where TService : class
{
    private readonly IServiceProvider _services;
    private readonly ServiceLifetime? _lifetime;
    private readonly ObjectFactory<TService>? _create;
    private TService? _singleton;

    public ServiceSource(IServiceProvider services, ServiceLifetimes lifetimes)
    {
        _services = services;
        _lifetime = lifetimes.Of(typeof(TService));
        if (_lifetime is null)
        {
            _create = ActivatorUtilities.CreateFactory<TService>([]);
        }
    }

    /// <summary>Whether each object serves one call and is disposed of after it.</summary>
    public bool IsOwnedByCall => _create is not null;

    public TService Get(HttpContext context) => _lifetime switch
    {
        ServiceLifetime.Singleton => _singleton ??= _services.GetRequiredService<TService>(),
        null => _create!(context.RequestServices, []),
        _ => context.RequestServices.GetRequiredService<TService>(),
    };
}
