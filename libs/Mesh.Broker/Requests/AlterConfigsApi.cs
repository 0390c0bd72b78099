using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>AlterConfigs, 0–2: replaces all of a topic's configurations. The broker's are set at start.</summary>
internal static class AlterConfigsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.AlterConfigs, 0, 2, 2, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        List<(sbyte Type, string Name, SortedDictionary<string, string> Configs, string? Refusal)> wanted = [];
        for (int i = 0; i < count; i++)
        {
            sbyte type = request.Int8();
            string name = request.String();
            SortedDictionary<string, string> configs = new(StringComparer.Ordinal);
            string? refusal = null;
            int entries = Math.Max(0, request.ArrayLength());
            for (int e = 0; e < entries; e++)
            {
                string key = request.String();
                string? value = request.NullableString();
                refusal ??= TopicConfigs.Refusal(key, value);
                configs[key] = value ?? "";
                request.Tags();
            }

            request.Tags();
            wanted.Add((type, name, configs, refusal));
        }

        bool validateOnly = request.Bool();
        response.Int32(0);
        response.ArrayLength(count);
        foreach ((sbyte type, string name, SortedDictionary<string, string> configs, string? refusal) in wanted)
        {
            ErrorCode error = ConfigChange.Apply(call.Broker, type, name, refusal, validateOnly, _ => configs);
            ConfigChange.Write(response, type, name, error, refusal);
        }

        response.Tags();
        return true;
    }
}

/// <summary>What both ways of changing configurations share.</summary>
internal static class ConfigChange
{
    public static ErrorCode Apply(
        BrokerState broker,
        sbyte type,
        string name,
        string? refusal,
        bool validateOnly,
        Func<IReadOnlyDictionary<string, string>, SortedDictionary<string, string>> change)
    {
        if (type != DescribeConfigsApi.TopicResource)
        {
            return ErrorCode.InvalidRequest;
        }

        if (refusal is not null)
        {
            return ErrorCode.InvalidConfig;
        }

        bool exists = validateOnly ? broker.Topics.Find(name) is not null : broker.Topics.Configure(name, change);
        return exists ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
    }

    public static void Write(WireWriter response, sbyte type, string name, ErrorCode error, string? refusal)
    {
        response.Error(error);
        response.String(error switch
        {
            ErrorCode.None => null,
            ErrorCode.InvalidConfig => refusal,
            ErrorCode.InvalidRequest => "Only topics have configurations that can change.",
            _ => $"No such topic: {name}",
        });
        response.Int8(type);
        response.String(name);
        response.Tags();
    }
}
