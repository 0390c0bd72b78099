using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>Heartbeat, 0–4: a member is alive, and learns by the error whether it must join again.</summary>
internal static class HeartbeatApi
{
    public static readonly ApiSpec Spec = new(ApiKey.Heartbeat, 0, 4, 4, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        int generation = request.Int32();
        string member = request.String();
        MemberClaim claim = new(generation, member, call.Version >= 3 ? request.NullableString() : null);
        ErrorCode error = call.Client.Await(call.Broker.Groups.HeartbeatAsync(group, claim));
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Error(error);
        response.Tags();
        return true;
    }
}
