using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>DescribeGroups, 0–5: a group with committed offsets is empty, any other dead.</summary>
internal static class DescribeGroupsApi
{
    public const string EmptyState = "Empty";
    public const string ConsumerProtocol = "consumer";

    public static readonly ApiSpec Spec = new(ApiKey.DescribeGroups, 0, 5, 5, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        HashSet<string> known = [.. call.Broker.Offsets.Groups()];
        int count = Math.Max(0, request.ArrayLength());
        response.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            string group = request.String();
            bool exists = known.Contains(group);
            response.Error(ErrorCode.None);
            response.String(group);
            response.String(exists ? EmptyState : "Dead");
            response.String(exists ? ConsumerProtocol : "");
            response.String("");
            response.ArrayLength(0);
            if (call.Version >= 3)
            {
                response.Int32(int.MinValue);
            }

            response.Tags();
        }

        response.Tags();
        return true;
    }
}
