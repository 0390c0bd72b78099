using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>DeleteGroups, 0–2: a group is its committed offsets.</summary>
internal static class DeleteGroupsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.DeleteGroups, 0, 2, 2, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        response.Int32(0);
        response.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            string group = request.String();
            bool known = call.Broker.Offsets.Delete(group, _ => true);
            response.String(group);
            response.Error(known ? ErrorCode.None : ErrorCode.GroupIdNotFound);
            response.Tags();
        }

        response.Tags();
        return true;
    }
}
