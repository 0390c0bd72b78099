using Mesh.Broker.Log;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// Produce, 3–8; 0–2 are advertised and refused, because librdkafka compresses with gzip, snappy and lz4 only for a
/// broker whose range holds version 0. One batch of message format 2 for each partition. Left out: transactions.
/// </summary>
internal static class ProduceApi
{
    private const int FirstRealVersion = 3;

    public static readonly ApiSpec Spec = new(ApiKey.Produce, 0, 8, 9, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        if (call.Version >= FirstRealVersion)
        {
            request.NullableString();
        }

        short acks = request.Int16();
        request.Int32();
        int topics = request.ArrayLength();
        response.ArrayLength(topics);
        for (int t = 0; t < topics; t++)
        {
            ReadOnlySpan<byte> name = request.Utf8();
            Topic? topic = call.Broker.Topics.Find(name);
            int partitions = request.ArrayLength();
            response.Utf8(name);
            response.ArrayLength(partitions);
            for (int p = 0; p < partitions; p++)
            {
                int index = request.Int32();
                (int start, int length) = request.BytesExtent();
                AppendResult result = Append(call, acks, topic?.Partition(index), start, length);
                WriteResult(response, call.Version, index, result);
            }
        }

        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        return acks != 0;
    }

    private static AppendResult Append(in RequestCall call, short acks, PartitionLog? log, int start, int length)
    {
        if (call.Version < FirstRealVersion)
        {
            return AppendResult.Refused(ErrorCode.UnsupportedVersion);
        }

        if (acks is < -1 or > 1)
        {
            return AppendResult.Refused(ErrorCode.InvalidRequiredAcks);
        }

        if (log is null)
        {
            return AppendResult.Refused(ErrorCode.UnknownTopicOrPartition);
        }

        return length < 0
            ? AppendResult.Refused(ErrorCode.InvalidRecord)
            : log.Append(call.Frame.AsSpan(start, length));
    }

    private static void WriteResult(WireWriter response, short version, int index, AppendResult result)
    {
        response.Int32(index);
        response.Error(result.Error);
        response.Int64(result.BaseOffset);
        if (version >= 2)
        {
            response.Int64(result.AppendTimeMs);
        }

        if (version >= 5)
        {
            response.Int64(result.StartOffset);
        }

        if (version >= 8)
        {
            response.ArrayLength(0);
            response.String(null);
        }
    }
}
