using Mesh.Broker.Log;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>OffsetForLeaderEpoch, 2–3. There is one epoch, and it ends where the log does.</summary>
internal static class OffsetForLeaderEpochApi
{
    public static readonly ApiSpec Spec = new(ApiKey.OffsetForLeaderEpoch, 2, 3, 4, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        if (call.Version >= 3)
        {
            request.Int32();
        }

        response.Int32(0);
        int topics = request.ArrayLength();
        response.ArrayLength(topics);
        for (int t = 0; t < topics; t++)
        {
            ReadOnlySpan<byte> name = request.Utf8();
            Topic? topic = call.Broker.Topics.Find(name);
            response.Utf8(name);
            int partitions = request.ArrayLength();
            response.ArrayLength(partitions);
            for (int p = 0; p < partitions; p++)
            {
                int index = request.Int32();
                request.Int32();
                int epoch = request.Int32();
                PartitionLog? log = topic?.Partition(index);
                bool known = log is not null && epoch == BrokerState.LeaderEpoch;
                response.Error(log is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None);
                response.Int32(index);
                response.Int32(known ? epoch : -1);
                response.Int64(known ? log!.EndOffset : -1);
            }
        }

        return true;
    }
}
