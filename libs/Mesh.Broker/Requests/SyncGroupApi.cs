using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>SyncGroup, 0–4. Waits until the leader has brought the assignment. Left out: protocol names (5).</summary>
internal static class SyncGroupApi
{
    public static readonly ApiSpec Spec = new(ApiKey.SyncGroup, 0, 4, 4, Handle, Waits: true);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        int generation = request.Int32();
        string member = request.String();
        MemberClaim claim = new(generation, member, call.Version >= 3 ? request.NullableString() : null);
        int count = Math.Max(0, request.ArrayLength());
        Dictionary<string, byte[]> assignments = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            assignments[request.String()] = request.Bytes();
            request.Tags();
        }

        request.Tags();
        SyncAnswer answer = call.Client.Await(call.Broker.Groups.SyncAsync(group, claim, assignments));
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Error(answer.Error);
        response.Bytes(answer.Assignment);
        response.Tags();
        return true;
    }
}
