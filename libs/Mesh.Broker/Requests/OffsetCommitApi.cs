using System.Text;
using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// OffsetCommit, 2–7. Offsets are durable when this answers. Consumers assign their partitions themselves, so member
/// and generation are not looked at; there are no balanced groups.
/// </summary>
internal static class OffsetCommitApi
{
    public static readonly ApiSpec Spec = new(ApiKey.OffsetCommit, 2, 7, 8, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        ErrorCode refusal = group.Length is 0 or > Limits.MaxGroupIdBytes ? ErrorCode.InvalidGroupId : ErrorCode.None;
        request.Int32();
        request.String();
        if (call.Version >= 7)
        {
            request.NullableString();
        }

        if (call.Version <= 4)
        {
            request.Int64();
        }

        List<(TopicPartition Partition, CommittedOffset Committed)> commits = [];
        List<(string Topic, List<(int Index, ErrorCode Error)> Partitions)> answers = [];
        int topics = Math.Max(0, request.ArrayLength());
        for (int t = 0; t < topics; t++)
        {
            string name = request.String();
            Topic? topic = call.Broker.Topics.Find(name);
            List<(int Index, ErrorCode Error)> partitions = [];
            int count = Math.Max(0, request.ArrayLength());
            for (int p = 0; p < count; p++)
            {
                int index = request.Int32();
                CommittedOffset committed = new(
                    request.Int64(), call.Version >= 6 ? request.Int32() : -1, request.NullableString() ?? "");
                ErrorCode error = refusal != ErrorCode.None ? refusal : Judge(topic, index, committed);
                partitions.Add((index, error));
                if (error == ErrorCode.None)
                {
                    commits.Add((new TopicPartition(name, index), committed));
                }
            }

            answers.Add((name, partitions));
        }

        ErrorCode written = commits.Count > 0 ? call.Broker.Offsets.Commit(group, commits) : ErrorCode.None;
        Write(call, response, answers, written);
        return true;
    }

    private static ErrorCode Judge(Topic? topic, int index, CommittedOffset committed)
    {
        if (topic?.Partition(index) is null)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

        if (committed.Offset < 0)
        {
            return ErrorCode.InvalidRequest;
        }

        return Encoding.UTF8.GetByteCount(committed.Metadata) > Limits.MaxOffsetMetadataBytes
            ? ErrorCode.OffsetMetadataTooLarge
            : ErrorCode.None;
    }

    private static void Write(
        in RequestCall call,
        WireWriter response,
        List<(string Topic, List<(int Index, ErrorCode Error)> Partitions)> answers,
        ErrorCode written)
    {
        if (call.Version >= 3)
        {
            response.Int32(0);
        }

        response.ArrayLength(answers.Count);
        foreach ((string topic, List<(int Index, ErrorCode Error)> partitions) in answers)
        {
            response.String(topic);
            response.ArrayLength(partitions.Count);
            foreach ((int index, ErrorCode error) in partitions)
            {
                response.Int32(index);
                response.Error(error == ErrorCode.None ? written : error);
            }
        }
    }
}
