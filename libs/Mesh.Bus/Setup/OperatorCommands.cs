namespace Mesh.Bus.Setup;

/// <summary>The commands of Apache Kafka's <c>bin</c> folder that an operator is told to run.</summary>
internal static class OperatorCommands
{
    public static string SetConfiguration(string bootstrapServers, string topic, string setting, string value) =>
        $"Change the definition, or run: kafka-configs.sh --bootstrap-server {First(bootstrapServers)} --alter "
        + $"--entity-type topics --entity-name {topic} --add-config {setting}={value}";

    public static string AddPartitions(string bootstrapServers, string topic, int partitions) =>
        "More partitions move keys to others and leave their records behind, so only while the topic holds none, run: "
        + $"kafka-topics.sh --bootstrap-server {First(bootstrapServers)} --alter --topic {topic} "
        + $"--partitions {partitions}. One that holds records has to be copied to a new topic.";

    public static string CreateAnew(string bootstrapServers, string topic) =>
        "A topic cannot lose partitions. While it holds no record that is still needed, run: "
        + $"kafka-topics.sh --bootstrap-server {First(bootstrapServers)} --delete --topic {topic}; it is created anew "
        + "at the next start. One that holds records has to be copied to a new topic.";

    public static string ShowOffsets(string bootstrapServers, string topic, int partition) =>
        $"kafka-get-offsets.sh --bootstrap-server {First(bootstrapServers)} --topic-partitions {topic}:{partition} "
        + "--time earliest";

    // Any of them will do, and one is easier to read.
    private static string First(string bootstrapServers) => bootstrapServers.Split(',')[0].Trim();
}
