using Grpc.AspNetCore.Server.Internal;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>What a call over ASP.NET Core knows beyond gRPC.</summary>
public static class ServerCallContextExtensions
{
    // Where a context of one's own, as tests and interceptors make them, says what it stands for.
    private const string HttpContextKey = "__HttpContext";

    /// <summary>The HTTP request that carries the call.</summary>
    /// <param name="serverCallContext">The call.</param>
    /// <returns>The HTTP context; valid until the handler has returned.</returns>
    /// <exception cref="InvalidOperationException">The call does not come over ASP.NET Core.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        return serverCallContext is ServerCall call ? call.HttpContext
            : serverCallContext.UserState.TryGetValue(HttpContextKey, out var state) && state is HttpContext http ? http
            : throw new InvalidOperationException("This call does not come over ASP.NET Core.");
    }
}
