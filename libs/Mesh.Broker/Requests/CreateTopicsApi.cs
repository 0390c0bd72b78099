using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// CreateTopics, 2–5. A replication factor other than 1 (or -1, the default) is refused, as a single Apache Kafka node
/// does. Manual assignments give the number of partitions. Left out: topic ids (7).
/// </summary>
internal static class CreateTopicsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.CreateTopics, 2, 5, 5, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        List<NewTopic> wanted = new(count);
        List<ErrorCode> refusals = new(count);
        for (int i = 0; i < count; i++)
        {
            (NewTopic topic, ErrorCode refusal) = ReadTopic(ref request);
            wanted.Add(topic);
            refusals.Add(refusal);
        }

        request.Int32();
        bool validateOnly = request.Bool();
        List<NewTopic> possible = [.. wanted.Where((_, i) => refusals[i] == ErrorCode.None)];
        ErrorCode[] outcomes = call.Broker.Topics.Create(possible, validateOnly);
        response.Int32(0);
        response.ArrayLength(count);
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            ErrorCode error = refusals[i] == ErrorCode.None ? outcomes[next++] : refusals[i];
            WriteTopic(call, response, wanted[i], error);
            if (error == ErrorCode.None && !validateOnly)
            {
                BrokerMessages.TopicCreated(call.Broker.Logs.Logger, wanted[i].Name);
            }
        }

        response.Tags();
        return true;
    }

    private static (NewTopic Topic, ErrorCode Refusal) ReadTopic(ref WireReader request)
    {
        string name = request.String();
        int partitions = request.Int32();
        short replicas = request.Int16();
        ErrorCode refusal = replicas is 1 or -1 ? ErrorCode.None : ErrorCode.InvalidReplicationFactor;
        int assignments = Math.Max(0, request.ArrayLength());
        for (int a = 0; a < assignments; a++)
        {
            request.Int32();
            refusal = request.Int32Array() is [BrokerState.NodeId] ? refusal : ErrorCode.InvalidReplicaAssignment;
            request.Tags();
        }

        SortedDictionary<string, string> configs = new(StringComparer.Ordinal);
        int configCount = Math.Max(0, request.ArrayLength());
        for (int c = 0; c < configCount; c++)
        {
            string key = request.String();
            string? value = request.NullableString();
            refusal = TopicConfigs.Refusal(key, value) is null ? refusal : ErrorCode.InvalidConfig;
            configs[key] = value ?? "";
            request.Tags();
        }

        request.Tags();
        return (new NewTopic(name, assignments > 0 ? assignments : partitions, configs), refusal);
    }

    private static void WriteTopic(in RequestCall call, WireWriter response, NewTopic wanted, ErrorCode error)
    {
        response.String(wanted.Name);
        response.Error(error);
        response.String(error == ErrorCode.None ? null : Explain(error, wanted));
        if (call.Version >= 5)
        {
            bool created = error == ErrorCode.None;
            Topic? topic = created ? call.Broker.Topics.Find(wanted.Name) : null;
            response.Int32(created ? topic?.Partitions.Length ?? wanted.Partitions : -1);
            response.Int16(created ? 1 : -1);
            DescribeConfigsApi.WriteCreatedConfigs(call.Broker.Topics, response, created ? wanted.Configs : null);
        }

        response.Tags();
    }

    private static string Explain(ErrorCode error, NewTopic wanted) => error switch
    {
        ErrorCode.TopicAlreadyExists => $"Topic '{wanted.Name}' already exists.",
        ErrorCode.InvalidTopic => $"Topic name '{wanted.Name}' is not legal.",
        ErrorCode.InvalidPartitions =>
            $"Number of partitions must be from 1 to {Limits.MaxPartitionsPerTopic}, or -1 for the default.",
        ErrorCode.InvalidReplicationFactor => "Replication factor must be 1: this broker is a single node.",
        ErrorCode.InvalidReplicaAssignment => $"Every replica must be on node {BrokerState.NodeId}.",
        _ => wanted.Configs.Select(c => TopicConfigs.Refusal(c.Key, c.Value)).FirstOrDefault(r => r is not null)
            ?? error.ToString(),
    };
}
