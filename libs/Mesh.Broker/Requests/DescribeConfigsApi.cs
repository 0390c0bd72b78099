using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// DescribeConfigs, 1–4: a topic's configurations and the broker's settings, which cannot be changed while it runs.
/// Left out: synonyms and documentation.
/// </summary>
internal static class DescribeConfigsApi
{
    /// <summary>Resource types, as the protocol numbers them.</summary>
    public const sbyte TopicResource = 2;

    public const sbyte BrokerResource = 4;

    private const sbyte SetOnTopic = 1;
    private const sbyte SetAtStart = 4;
    private const sbyte IsDefault = 5;

    public static readonly ApiSpec Spec = new(ApiKey.DescribeConfigs, 1, 4, 4, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        response.Int32(0);
        response.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            sbyte type = request.Int8();
            string name = request.String();
            int keys = request.ArrayLength();
            HashSet<string>? wanted = keys < 0 ? null : [];
            for (int k = 0; k < keys; k++)
            {
                wanted!.Add(request.String());
            }

            request.Tags();
            (ErrorCode error, List<Entry> entries) = Find(call.Broker, type, name);
            response.Error(error);
            response.String(error == ErrorCode.None ? null : $"No such resource: {name}");
            response.Int8(type);
            response.String(name);
            entries.RemoveAll(e => wanted is not null && !wanted.Contains(e.Name));
            response.ArrayLength(entries.Count);
            foreach (Entry entry in entries)
            {
                WriteEntry(call, response, entry);
            }

            response.Tags();
        }

        response.Tags();
        return true;
    }

    /// <summary>The configurations in a CreateTopics response, version 5; null where none was created.</summary>
    public static void WriteCreatedConfigs(
        TopicStore topics, WireWriter response, IReadOnlyDictionary<string, string>? overrides)
    {
        if (overrides is null)
        {
            response.ArrayLength(-1);
            return;
        }

        List<Entry> entries = EntriesOf(topics, overrides);
        response.ArrayLength(entries.Count);
        foreach (Entry entry in entries)
        {
            response.String(entry.Name);
            response.String(entry.Value);
            response.Bool(entry.ReadOnly);
            response.Int8(entry.Source);
            response.Bool(false);
            response.Tags();
        }
    }

    private static void WriteEntry(in RequestCall call, WireWriter response, Entry entry)
    {
        response.String(entry.Name);
        response.String(entry.Value);
        response.Bool(entry.ReadOnly);
        response.Int8(entry.Source);
        response.Bool(false);
        response.ArrayLength(0);
        if (call.Version >= 3)
        {
            response.Int8((sbyte)entry.Type);
            response.String(null);
        }

        response.Tags();
    }

    private static (ErrorCode Error, List<Entry> Entries) Find(BrokerState broker, sbyte type, string name) =>
        type switch
        {
            TopicResource => broker.Topics.Find(name) is Topic topic
                ? (ErrorCode.None, EntriesOf(broker.Topics, topic.Configs))
                : (ErrorCode.UnknownTopicOrPartition, []),
            BrokerResource => (ErrorCode.None, EntriesOf(broker.Options)),
            _ => (ErrorCode.InvalidRequest, []),
        };

    private static List<Entry> EntriesOf(TopicStore topics, IReadOnlyDictionary<string, string> overrides)
    {
        IReadOnlyDictionary<string, string> effective = topics.Effective(overrides);
        return [.. TopicConfigs.Known.Values.Select(d => new Entry(
            d.Name,
            TopicConfigs.Text(effective, d.Name),
            d.Type,
            overrides.ContainsKey(d.Name) ? SetOnTopic : effective.ContainsKey(d.Name) ? SetAtStart : IsDefault,
            ReadOnly: false))];
    }

    private static List<Entry> EntriesOf(BrokerOptions options) =>
    [
        .. BrokerSettings.All.Select(s => new Entry(
            s.Name,
            s.Read(options),
            s.Type,
            s.Read(options) == s.Default ? IsDefault : SetAtStart,
            ReadOnly: true)),
        new("broker.id", $"{BrokerState.NodeId}", ConfigType.Int, SetAtStart, ReadOnly: true),
        new("default.replication.factor", "1", ConfigType.Int, IsDefault, ReadOnly: true),
        new("log.dirs", options.DataDirectory, ConfigType.Text, SetAtStart, ReadOnly: true),
    ];

    private sealed record Entry(string Name, string Value, ConfigType Type, sbyte Source, bool ReadOnly);
}
