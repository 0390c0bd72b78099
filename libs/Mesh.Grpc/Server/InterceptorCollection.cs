using System.Collections.ObjectModel;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of a server or a service, outermost first.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    /// <summary>
    /// Adds an interceptor. One that is registered as a service is taken from there; any other is created for each
    /// call, and disposed of after it.
    /// </summary>
    /// <param name="args">What its constructor is given besides services.</param>
    /// <typeparam name="TInterceptor">The type of the interceptor.</typeparam>
    public void Add<TInterceptor>(params object[] args)
        where TInterceptor : Interceptor => Add(typeof(TInterceptor), args);

    /// <summary>Adds an interceptor, as <see cref="Add{TInterceptor}"/> does.</summary>
    /// <param name="interceptorType">The type of the interceptor.</param>
    /// <param name="args">What its constructor is given besides services.</param>
    /// <exception cref="ArgumentException">The type is no interceptor.</exception>
    public void Add(Type interceptorType, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(interceptorType);
        ArgumentNullException.ThrowIfNull(args);
        if (!typeof(Interceptor).IsAssignableFrom(interceptorType))
        {
            throw new ArgumentException(
                $"{interceptorType} does not derive from {typeof(Interceptor)}.", nameof(interceptorType));
        }

        Add(new InterceptorRegistration(interceptorType, args));
    }
}
