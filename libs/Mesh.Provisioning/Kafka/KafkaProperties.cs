using System.Globalization;

namespace Mesh.Provisioning.Kafka;

/// <summary>The server.properties of a one-node cluster.</summary>
internal static class KafkaProperties
{
    /// <summary>The folder of record logs, below the data directory.</summary>
    internal const string LogFolder = "log";

    internal static string Write(string data, int port, IReadOnlyDictionary<string, string> extra)
    {
        var controller = FreePorts.Next();
        var settings = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            // Voters from the configuration, not from the log: so the controller may take another port next time.
            ["controller.quorum.voters"] = Invariant($"1@127.0.0.1:{controller}"),
            ["listeners"] = Invariant($"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}"),
            ["advertised.listeners"] = Invariant($"PLAINTEXT://127.0.0.1:{port}"),
            ["controller.listener.names"] = "CONTROLLER",
            ["inter.broker.listener.name"] = "PLAINTEXT",
            ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            ["log.dirs"] = Path.Combine(data, LogFolder),
            ["auto.create.topics.enable"] = "false",
            ["offsets.topic.replication.factor"] = "1",
            ["offsets.topic.num.partitions"] = "8",
            ["share.coordinator.state.topic.replication.factor"] = "1",
            ["share.coordinator.state.topic.min.isr"] = "1",
            ["transaction.state.log.replication.factor"] = "1",
            ["transaction.state.log.min.isr"] = "1",
            ["transaction.state.log.num.partitions"] = "8",
            ["group.initial.rebalance.delay.ms"] = "0",
        };
        foreach (var (name, value) in extra)
        {
            settings[name] = value;
        }

        var path = Path.Combine(data, "server.properties");
        File.WriteAllLines(path, settings.Select(setting => $"{setting.Key}={setting.Value}"));
        return path;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
