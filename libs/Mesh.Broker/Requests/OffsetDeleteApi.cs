using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>OffsetDelete, 0: committed offsets of a group, by partition.</summary>
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

        HashSet<TopicPartition> doomed =
            [.. wanted.SelectMany(w => w.Partitions.Select(p => new TopicPartition(w.Topic, p)))];
        bool known = call.Broker.Offsets.Delete(group, doomed.Contains);
        response.Error(known ? ErrorCode.None : ErrorCode.GroupIdNotFound);
        response.Int32(0);
        response.ArrayLength(known ? wanted.Count : 0);
        foreach ((string topic, int[] partitions) in known ? wanted : [])
        {
            response.String(topic);
            response.ArrayLength(partitions.Length);
            foreach (int partition in partitions)
            {
                response.Int32(partition);
                response.Error(ErrorCode.None);
            }
        }

        return true;
    }
}
