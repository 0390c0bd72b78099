using Mesh.Contracts;
using Yarp.ReverseProxy.Transforms;

namespace Mesh.Gateway;

/// <summary>
/// Decides whose call it is. A tenant is never taken from a request: what a client sends as <c>mesh-tenant</c> is
/// dropped, and so is what only instances say to each other. Without API keys there is one tenant.
/// </summary>
internal static class TenantHeader
{
    /// <summary>The tenant of a gateway that asks for no keys.</summary>
    internal const string WithoutKeys = "demo";

    internal static ValueTask Apply(RequestTransformContext context)
    {
        context.ProxyRequest.Headers.Remove(HeaderNames.Tenant);
        context.ProxyRequest.Headers.Remove(HeaderNames.Forwarded);
        context.ProxyRequest.Headers.TryAddWithoutValidation(HeaderNames.Tenant, TenantOf(context.HttpContext));
        return ValueTask.CompletedTask;
    }

    private static string TenantOf(HttpContext _) => WithoutKeys;
}
