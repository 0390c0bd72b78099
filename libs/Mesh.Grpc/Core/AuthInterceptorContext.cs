namespace Grpc.Core;

/// <summary>The call for which an <see cref="AsyncAuthInterceptor"/> is to prove who calls.</summary>
public class AuthInterceptorContext
{
    /// <summary>Creates a context.</summary>
    /// <param name="serviceUrl">The service's address, such as <c>https://example.com/package.Service</c>.</param>
    /// <param name="methodName">The name of the method alone.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>Creates a context of a call that can be cancelled.</summary>
    /// <param name="serviceUrl">The service's address.</param>
    /// <param name="methodName">The name of the method alone.</param>
    /// <param name="cancellationToken">Cancelled when the call is, or its deadline passes.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    /// <summary>The service's address: an audience that a token can be made for.</summary>
    public string ServiceUrl { get; }

    /// <summary>The name of the method alone.</summary>
    public string MethodName { get; }

    /// <summary>Cancelled when the call is, or its deadline passes.</summary>
    public CancellationToken CancellationToken { get; }
}
