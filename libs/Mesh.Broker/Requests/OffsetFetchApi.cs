using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>OffsetFetch, 1–7: a group's committed offsets; all when no topics are named (from 2 on).</summary>
internal static class OffsetFetchApi
{
    public static readonly ApiSpec Spec = new(ApiKey.OffsetFetch, 1, 7, 6, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        int topics = request.ArrayLength();
        if (call.Version >= 3)
        {
            response.Int32(0);
        }

        if (topics < 0)
        {
            WriteAll(call, response, group);
        }
        else
        {
            response.ArrayLength(topics);
            for (int t = 0; t < topics; t++)
            {
                string name = request.String();
                response.String(name);
                int partitions = Math.Max(0, request.ArrayLength());
                response.ArrayLength(partitions);
                for (int p = 0; p < partitions; p++)
                {
                    int index = request.Int32();
                    WritePartition(call, response, index, call.Broker.Offsets.Find(group, new(name, index)));
                }

                request.Tags();
                response.Tags();
            }
        }

        if (call.Version >= 2)
        {
            response.Error(ErrorCode.None);
        }

        response.Tags();
        return true;
    }

    private static void WriteAll(in RequestCall call, WireWriter response, string group)
    {
        var topics = call.Broker.Offsets.Of(group).GroupBy(o => o.Partition.Topic).ToArray();
        response.ArrayLength(topics.Length);
        foreach (var topic in topics)
        {
            response.String(topic.Key);
            response.ArrayLength(topic.Count());
            foreach ((TopicPartition partition, CommittedOffset committed) in topic)
            {
                WritePartition(call, response, partition.Partition, committed);
            }

            response.Tags();
        }
    }

    private static void WritePartition(
        in RequestCall call, WireWriter response, int index, CommittedOffset? committed)
    {
        response.Int32(index);
        response.Int64(committed?.Offset ?? -1);
        if (call.Version >= 5)
        {
            response.Int32(committed?.LeaderEpoch ?? -1);
        }

        response.String(committed?.Metadata ?? "");
        response.Error(ErrorCode.None);
        response.Tags();
    }
}
