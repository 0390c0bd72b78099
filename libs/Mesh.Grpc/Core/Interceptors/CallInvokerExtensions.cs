namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors in front of a call invoker.</summary>
public static class CallInvokerExtensions
{
    /// <summary>Puts an interceptor in front: it sees calls before whatever was put there earlier.</summary>
    /// <param name="invoker">The call invoker.</param>
    /// <param name="interceptor">The interceptor.</param>
    /// <returns>A call invoker that leads through the interceptor.</returns>
    public static CallInvoker Intercept(this CallInvoker invoker, Interceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptingCallInvoker(invoker, interceptor);
    }

    /// <summary>Puts several interceptors in front: the first of them sees a call first.</summary>
    /// <param name="invoker">The call invoker.</param>
    /// <param name="interceptors">The interceptors; with none the invoker itself is returned.</param>
    /// <returns>A call invoker that leads through the interceptors.</returns>
    public static CallInvoker Intercept(this CallInvoker invoker, params Interceptor[] interceptors)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(interceptors);
        for (var i = interceptors.Length - 1; i >= 0; i--)
        {
            invoker = invoker.Intercept(interceptors[i]);
        }

        return invoker;
    }

    /// <summary>Puts a function in front that may add to the headers of every call, or replace them.</summary>
    /// <param name="invoker">The call invoker.</param>
    /// <param name="interceptor">Is given a copy of the headers; returns those to send.</param>
    /// <returns>A call invoker that leads through the function.</returns>
    public static CallInvoker Intercept(this CallInvoker invoker, Func<Metadata, Metadata> interceptor)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptingCallInvoker(invoker, new MetadataInterceptor(interceptor));
    }
}
