using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Where the object that stands around a call comes from.</summary>
internal sealed class InterceptorSource(InterceptorRegistration registration)
{
    // Made when needed: a type that is registered as a service may have no constructor that is ours to call.
    private ObjectFactory? _create;

    public Interceptor Get(ServerCall call)
    {
        var services = call.HttpContext.RequestServices;
        if (registration.Arguments.Count == 0 && services.GetService(registration.Type) is Interceptor registered)
        {
            return registered;
        }

        _create ??= ActivatorUtilities.CreateFactory(
            registration.Type, [.. registration.Arguments.Select(argument => argument.GetType())]);
        var created = (Interceptor)_create(services, registration.ArgumentArray);
        call.Own(created);
        return created;
    }
}
