using System.Text;
using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// OffsetCommit, 2–7. Offsets are durable when this answers. Members of a group commit under their generation; who
/// assigns its partitions itself commits without one, to a group that has no members. Left out: a retention of the
/// client's own (2–4); offsets.retention.minutes holds for all.
/// </summary>
internal static class OffsetCommitApi
{
    public static readonly ApiSpec Spec = new(ApiKey.OffsetCommit, 2, 7, 8, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        ErrorCode refusal = group.Length is 0 or > Limits.MaxGroupIdBytes ? ErrorCode.InvalidGroupId : ErrorCode.None;
        int generation = request.Int32();
        string member = request.String();
        MemberClaim claim = new(generation, member, call.Version >= 7 ? request.NullableString() : null);
        if (call.Version <= 4)
        {
            request.Int64();
        }

        List<(TopicPartition Partition, CommittedOffset Committed)> commits = [];
        List<(string Topic, List<(int Index, ErrorCode Error)> Partitions)> answers = [];
        long nowMs = call.Broker.Logs.NowMs();
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
                    request.Int64(), call.Version >= 6 ? request.Int32() : -1, request.NullableString() ?? "", nowMs);
                ErrorCode error = refusal != ErrorCode.None ? refusal : Judge(call.Broker, topic, index, committed);
                partitions.Add((index, error));
                if (error == ErrorCode.None)
                {
                    commits.Add((new TopicPartition(name, index), committed));
                }
            }

            answers.Add((name, partitions));
        }

        ErrorCode written = refusal == ErrorCode.None
            ? call.Client.Await(call.Broker.Groups.CommitAsync(group, claim, commits))
            : refusal;
        Write(call, response, answers, written);
        return true;
    }

    private static ErrorCode Judge(BrokerState broker, Topic? topic, int index, CommittedOffset committed)
    {
        if (topic?.Partition(index) is null)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

        if (committed.Offset < 0)
        {
            return ErrorCode.InvalidRequest;
        }

        return Encoding.UTF8.GetByteCount(committed.Metadata) > broker.Options.OffsetMetadataMaxBytes
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
