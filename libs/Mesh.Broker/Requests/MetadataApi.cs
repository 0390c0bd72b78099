using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>Metadata, 0–8. Left out: authorized operations, since there is no authorization.</summary>
internal static class MetadataApi
{
    private const int NoAuthorizedOperations = int.MinValue;

    public static readonly ApiSpec Spec = new(ApiKey.Metadata, 0, 8, 9, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        // Version 0 asks for all topics by an empty list, later ones by null.
        int count = request.ArrayLength();
        bool all = count < 0 || (call.Version == 0 && count == 0);
        string[] names = new string[Math.Max(0, count)];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = request.String();
        }

        bool mayCreate = call.Broker.Options.AutoCreateTopics && (call.Version < 4 || request.Bool());
        if (call.Version >= 3)
        {
            response.Int32(0);
        }

        WriteBroker(call, response);
        Topic[] everything = all
            ? [.. call.Broker.Topics.All.OrderBy(t => t.Name, StringComparer.Ordinal)]
            : [];
        response.ArrayLength(all ? everything.Length : names.Length);
        foreach (Topic topic in everything)
        {
            WriteTopic(response, call.Version, topic.Name, topic, ErrorCode.None);
        }

        foreach (string name in names)
        {
            (Topic? topic, ErrorCode error) = Find(call.Broker, name, mayCreate);
            WriteTopic(response, call.Version, name, topic, error);
        }

        if (call.Version >= 8)
        {
            response.Int32(NoAuthorizedOperations);
        }

        return true;
    }

    private static (Topic? Topic, ErrorCode Error) Find(BrokerState broker, string name, bool mayCreate)
    {
        Topic? topic = broker.Topics.Find(name);
        if (topic is null && mayCreate && TopicStore.IsLegalName(name))
        {
            broker.Topics.Create([new NewTopic(name, -1, new Dictionary<string, string>())], validateOnly: false);
            BrokerMessages.TopicCreated(broker.Logs.Logger, name);
            topic = broker.Topics.Find(name);
        }

        ErrorCode missing = TopicStore.IsLegalName(name) ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic;
        return (topic, topic is null ? missing : ErrorCode.None);
    }

    private static void WriteBroker(in RequestCall call, WireWriter response)
    {
        response.ArrayLength(1);
        response.Int32(BrokerState.NodeId);
        response.String(call.Host);
        response.Int32(call.Port);
        if (call.Version >= 1)
        {
            response.String(null);
        }

        if (call.Version >= 2)
        {
            response.String(call.Broker.ClusterId);
        }

        if (call.Version >= 1)
        {
            response.Int32(BrokerState.NodeId);
        }
    }

    private static void WriteTopic(WireWriter response, short version, string name, Topic? topic, ErrorCode error)
    {
        response.Error(error);
        response.String(name);
        if (version >= 1)
        {
            response.Bool(false);
        }

        int partitions = topic?.Partitions.Length ?? 0;
        response.ArrayLength(partitions);
        for (int p = 0; p < partitions; p++)
        {
            response.Error(ErrorCode.None);
            response.Int32(p);
            response.Int32(BrokerState.NodeId);
            if (version >= 7)
            {
                response.Int32(BrokerState.LeaderEpoch);
            }

            response.Int32Array(BrokerState.NodeId);
            response.Int32Array(BrokerState.NodeId);
            if (version >= 5)
            {
                response.Int32Array();
            }
        }

        if (version >= 8)
        {
            response.Int32(NoAuthorizedOperations);
        }
    }
}
