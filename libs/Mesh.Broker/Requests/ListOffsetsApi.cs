using Mesh.Broker.Log;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// ListOffsets, 1–5: the beginning, the end, or the first record that is as new as a timestamp. A batch of zstd is
/// not opened: what comes back may begin with a few older records of it.
/// </summary>
internal static class ListOffsetsApi
{
    private const long Latest = -1;
    private const long Earliest = -2;

    public static readonly ApiSpec Spec = new(ApiKey.ListOffsets, 1, 5, 6, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        request.Int32();
        if (call.Version >= 2)
        {
            request.Int8();
            response.Int32(0);
        }

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
                if (call.Version >= 4)
                {
                    request.Int32();
                }

                long timestamp = request.Int64();
                WritePartition(response, call.Version, index, topic?.Partition(index), timestamp);
            }
        }

        return true;
    }

    private static void WritePartition(
        WireWriter response, short version, int index, PartitionLog? log, long timestamp)
    {
        (long Offset, long Timestamp) found = log is null
            ? (-1, -1)
            : timestamp switch
            {
                Latest => (log.EndOffset, -1),
                Earliest => (log.StartOffset, -1),
                _ => log.FindTimestamp(timestamp) ?? (-1, -1),
            };
        response.Int32(index);
        response.Error(log is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None);
        response.Int64(found.Timestamp);
        response.Int64(found.Offset);
        if (version >= 4)
        {
            response.Int32(log is null ? -1 : BrokerState.LeaderEpoch);
        }
    }
}
