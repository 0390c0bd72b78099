using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// ApiVersions, 0–4. The response header is version 0 in every version, since a client reads it before it knows what
/// the broker speaks (KIP-511). Left out: supported and finalized features.
/// </summary>
internal static class ApiVersionsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.ApiVersions, 0, 4, 3, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        response.Error(ErrorCode.None);
        response.ArrayLength(ApiTable.All.Length);
        foreach (ApiSpec api in ApiTable.All)
        {
            Write(api, response);
        }

        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Tags();
        return true;
    }

    /// <summary>Answers a version that is not spoken: version 0, with the range to choose from.</summary>
    public static void WriteUnsupported(WireWriter response)
    {
        response.Flexible = false;
        response.Error(ErrorCode.UnsupportedVersion);
        response.ArrayLength(1);
        Write(Spec, response);
    }

    private static void Write(ApiSpec api, WireWriter response)
    {
        response.Int16((short)api.Key);
        response.Int16(api.MinVersion);
        response.Int16(api.MaxVersion);
        response.Tags();
    }
}
