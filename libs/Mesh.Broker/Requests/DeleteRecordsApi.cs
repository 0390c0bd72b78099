using Mesh.Broker.Log;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>DeleteRecords, 0–2: the log begins at an offset from now on, -1 for its end.</summary>
internal static class DeleteRecordsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.DeleteRecords, 0, 2, 2, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        response.Int32(0);
        int topics = Math.Max(0, request.ArrayLength());
        response.ArrayLength(topics);
        for (int t = 0; t < topics; t++)
        {
            string name = request.String();
            Topic? topic = call.Broker.Topics.Find(name);
            int partitions = Math.Max(0, request.ArrayLength());
            response.String(name);
            response.ArrayLength(partitions);
            for (int p = 0; p < partitions; p++)
            {
                int index = request.Int32();
                long offset = request.Int64();
                request.Tags();
                (ErrorCode error, long start) = topic?.Partition(index) is PartitionLog log
                    ? log.DeleteBefore(offset)
                    : (ErrorCode.UnknownTopicOrPartition, -1);
                response.Int32(index);
                response.Int64(start);
                response.Error(error);
                response.Tags();
            }

            request.Tags();
            response.Tags();
        }

        response.Tags();
        return true;
    }
}
