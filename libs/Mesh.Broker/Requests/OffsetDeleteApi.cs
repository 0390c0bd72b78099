using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>OffsetDelete, 0: committed offsets of a group, by partition; none of a topic that members read.</summary>
internal static class OffsetDeleteApi
{
    public static readonly ApiSpec Spec =
        new(ApiKey.OffsetDelete, 0, 0, ApiSpec.NeverFlexible, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        List<(string Topic, int[] Partitions)> wanted = [];
        int topics = Math.Max(0, request.ArrayLength());
        for (int t = 0; t < topics; t++)
        {
            wanted.Add((request.String(), request.Int32Array()));
        }

        ErrorCode[][]? errors = call.Client.Await(call.Broker.Groups.InspectAsync(
            groups => groups.Find(group) is Group known
                ? wanted.Select(w => w.Partitions
                    .Select(p => groups.DeleteOffset(known, new TopicPartition(w.Topic, p))).ToArray()).ToArray()
                : null));
        response.Error(errors is null ? ErrorCode.GroupIdNotFound : ErrorCode.None);
        response.Int32(0);
        response.ArrayLength(errors?.Length ?? 0);
        for (int t = 0; t < (errors?.Length ?? 0); t++)
        {
            response.String(wanted[t].Topic);
            response.ArrayLength(wanted[t].Partitions.Length);
            for (int p = 0; p < wanted[t].Partitions.Length; p++)
            {
                response.Int32(wanted[t].Partitions[p]);
                response.Error(errors![t][p]);
            }
        }

        return true;
    }
}
