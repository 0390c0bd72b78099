using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>ListGroups, 0–4: the groups that have committed offsets; all are empty, as nobody can join one.</summary>
internal static class ListGroupsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.ListGroups, 0, 4, 3, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        List<string> states = [];
        int filters = call.Version >= 4 ? Math.Max(0, request.ArrayLength()) : 0;
        for (int i = 0; i < filters; i++)
        {
            states.Add(request.String());
        }

        IReadOnlyList<string> groups = states.Count == 0 || states.Contains(DescribeGroupsApi.EmptyState)
            ? call.Broker.Offsets.Groups()
            : [];
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Error(ErrorCode.None);
        response.ArrayLength(groups.Count);
        foreach (string group in groups)
        {
            response.String(group);
            response.String(DescribeGroupsApi.ConsumerProtocol);
            if (call.Version >= 4)
            {
                response.String(DescribeGroupsApi.EmptyState);
            }

            response.Tags();
        }

        response.Tags();
        return true;
    }
}
