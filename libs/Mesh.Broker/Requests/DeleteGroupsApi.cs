using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>DeleteGroups, 0–2: groups without members, and with them their committed offsets.</summary>
internal static class DeleteGroupsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.DeleteGroups, 0, 2, 2, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        List<string> doomed = [];
        for (int i = 0; i < count; i++)
        {
            doomed.Add(request.String());
        }

        ErrorCode[] errors = call.Client.Await(call.Broker.Groups.InspectAsync(
            groups => doomed.Select(groups.Delete).ToArray()));
        response.Int32(0);
        response.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            response.String(doomed[i]);
            response.Error(errors[i]);
            response.Tags();
        }

        response.Tags();
        return true;
    }
}
