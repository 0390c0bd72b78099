using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>ListGroups, 0–4: all groups, or from 4 on those in certain states. Left out: types of groups (5).</summary>
internal static class ListGroupsApi
{
    private const short FirstWithStates = 4;

    public static readonly ApiSpec Spec = new(ApiKey.ListGroups, 0, 4, 3, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        HashSet<string> states = new(StringComparer.OrdinalIgnoreCase);
        int filters = call.Version >= FirstWithStates ? Math.Max(0, request.ArrayLength()) : 0;
        for (int i = 0; i < filters; i++)
        {
            states.Add(request.String());
        }

        (string Id, string Type, string State)[] listed = call.Client.Await(call.Broker.Groups.InspectAsync(
            groups => groups.All.Select(g => (g.Id, g.ProtocolType, g.State.ToString())).ToArray()));
        listed = [.. listed.Where(g => states.Count == 0 || states.Contains(g.State))];
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Error(ErrorCode.None);
        response.ArrayLength(listed.Length);
        foreach ((string id, string type, string state) in listed)
        {
            response.String(id);
            response.String(type);
            if (call.Version >= FirstWithStates)
            {
                response.String(state);
            }

            response.Tags();
        }

        response.Tags();
        return true;
    }
}
