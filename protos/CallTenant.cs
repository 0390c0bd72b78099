using Grpc.Core;

namespace Mesh.Contracts;

/// <summary>The tenant of a call: never in a request, always in the metadata that the gateway sets.</summary>
public static class CallTenant
{
    /// <summary>The tenant.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the call carries none, or a malformed one.</exception>
    public static string Of(ServerCallContext context)
    {
        string? tenant = context.RequestHeaders.GetValue(HeaderNames.Tenant);
        return tenant is not null && IsId(tenant)
            ? tenant
            : throw Problems.Of(
                ErrorCodes.TenantMalformed,
                HeaderNames.Tenant,
                $"Metadata {HeaderNames.Tenant} must name the tenant, [A-Za-z0-9._~-]{{1,64}}; the gateway sets it.")
                .ToRpcException();
    }

    /// <summary>Metadata for a call on behalf of a tenant.</summary>
    public static Metadata HeadersFor(string tenant) => new() { { HeaderNames.Tenant, tenant } };

    /// <summary>Whether a text is an id: <c>[A-Za-z0-9._~-]{1,64}</c>.</summary>
    public static bool IsId(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > ContractLimits.IdChars)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '~' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
