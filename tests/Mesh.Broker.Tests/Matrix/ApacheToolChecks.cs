using System.Globalization;

namespace Mesh.Broker.Tests.Matrix;

/// <summary>What Apache Kafka's own tools, which are Java clients, must be able to do.</summary>
internal static class ApacheToolChecks
{
    private static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

    private static string? Missing => string.IsNullOrEmpty(KafkaHomeFactAttribute.Home)
        ? "KAFKA_HOME names no Apache Kafka"
        : null;

    public static IEnumerable<ClientCheck> All =>
    [
        Check("kafka-topics", "create, alter, describe, list, delete", TopicsAsync),
        Check("kafka-console-producer, -consumer", "produce and consume with keys", ConsoleAsync),
        .. Codecs.Select(c => Check("kafka-producer-perf-test", $"100,000 records, {c}", s => ProducePerfAsync(s, c))),
        Check("kafka-consumer-perf-test", "100,000 records", ConsumePerfAsync),
        Check("kafka-verifiable-producer, -consumer", "10,000 records, in a group", VerifiableAsync),
        Check("kafka-consumer-groups", "list, describe, reset and delete offsets, delete", GroupsAsync),
        Check("kafka-configs", "alter and describe a topic, describe the broker", ConfigsAsync),
        Check("kafka-get-offsets", "earliest, latest, by time", OffsetsAsync),
        Check("kafka-delete-records", "up to an offset", DeleteRecordsAsync),
        Check("kafka-broker-api-versions", "list", VersionsAsync),
    ];

    public static async Task<string> VerifiableAsync(string servers)
    {
        (string topic, string group) = (ClientCheck.Name(), ClientCheck.Name());
        await CreateAsync(servers, topic, 3);
        string produced = await RunAsync(
            "kafka-verifiable-producer", servers, "--topic", topic, "--max-messages", "10000", "--acks", "-1");
        Assert.Contains("\"sent\":10000,\"acked\":10000", produced);
        string consumed = await RunAsync(
            "kafka-verifiable-consumer", servers, "--topic", topic, "--group-id", group, "--max-messages", "10000",
            "--reset-policy", "earliest");
        int records = consumed.Split('\n').Where(l => l.Contains("\"name\":\"records_consumed\"")).Sum(CountOf);
        Assert.Equal(10000, records);
        Assert.DoesNotContain("\"success\":false", consumed);
        return "10,000 acknowledged, 10,000 consumed and committed";
    }

    private static int CountOf(string line)
    {
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(line);
        return json.RootElement.GetProperty("count").GetInt32();
    }

    private static async Task<string> TopicsAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await CreateAsync(servers, topic, 3);
        await RunAsync("kafka-topics", servers, "--alter", "--topic", topic, "--partitions", "5");
        string described = await RunAsync("kafka-topics", servers, "--describe", "--topic", topic);
        Assert.Contains("PartitionCount: 5", described);
        Assert.Contains(topic, await RunAsync("kafka-topics", servers, "--list"));
        await RunAsync("kafka-topics", servers, "--delete", "--topic", topic);
        Assert.DoesNotContain(topic, await RunAsync("kafka-topics", servers, "--list"));
        return "3 partitions, then 5, then gone";
    }

    private static async Task<string> ConsoleAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await CreateAsync(servers, topic, 1);
        string home = KafkaHomeFactAttribute.Home!;
        await Tool.RunAsync(
            Path.Combine(home, "bin", "kafka-console-producer.sh"),
            ["--bootstrap-server", servers, "--topic", topic, "--property", "parse.key=true"],
            "a\t1\nb\t2\nc\t3\n");
        string read = await RunAsync(
            "kafka-console-consumer", servers, "--topic", topic, "--from-beginning", "--max-messages", "3",
            "--property", "print.key=true");

        // Newer tools say on the way that they would rather have another option; older ones have no other.
        Assert.Equal(["a\t1", "b\t2", "c\t3"], read.Split('\n').Where(l => l.Contains('\t')));
        return "3 records with their keys";
    }

    private static async Task<string> ProducePerfAsync(string servers, string codec)
    {
        string topic = ClientCheck.Name();
        await ProduceAsync(servers, topic, codec);
        Assert.Equal([codec], StoredBatches.CodecsOf(servers, topic));
        return $"100,000 records, stored as {codec}";
    }

    private static async Task<string> ConsumePerfAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await ProduceAsync(servers, topic, "lz4");
        string output = await RunAsync(
            "kafka-consumer-perf-test", servers, "--topic", topic, "--messages", "100000", "--timeout", "30000");
        Assert.Contains(", 100000, ", output);
        return "100,000 records";
    }

    private static async Task<string> GroupsAsync(string servers)
    {
        (string topic, string other, string group) = (ClientCheck.Name(), ClientCheck.Name(), ClientCheck.Name());
        await ProduceAsync(servers, topic, "none", 100);
        await ProduceAsync(servers, other, "none", 1);
        await RunAsync(
            "kafka-console-consumer", servers, "--topic", topic, "--group", group, "--from-beginning",
            "--max-messages", "100");
        string listed = await RunAsync("kafka-consumer-groups", servers, "--list", "--state");
        Assert.Contains(listed.Split('\n'), l => l.StartsWith(group) && l.Contains("Empty"));
        string[] reset = ["--group", group, "--reset-offsets", "--to-offset", "40", "--execute"];
        await RunAsync("kafka-consumer-groups", servers, [.. reset, "--topic", topic, "--topic", other]);
        string described = await RunAsync("kafka-consumer-groups", servers, "--describe", "--group", group);
        string row = described.Split('\n').First(l => l.Contains(topic));
        Assert.Equal(["40", "100", "60"], row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..6]);
        await RunAsync("kafka-consumer-groups", servers, "--delete-offsets", "--group", group, "--topic", other);
        await RunAsync("kafka-consumer-groups", servers, "--delete", "--group", group);
        Assert.DoesNotContain(group, await RunAsync("kafka-consumer-groups", servers, "--list"));
        return "offset 40 of 100, lag 60, then gone";
    }

    private static async Task<string> ConfigsAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await CreateAsync(servers, topic, 1);
        string[] entity = ["--entity-type", "topics", "--entity-name", topic];
        await RunAsync("kafka-configs", servers, [.. entity, "--alter", "--add-config", "retention.ms=12345"]);
        Assert.Contains("retention.ms=12345", await RunAsync("kafka-configs", servers, [.. entity, "--describe"]));
        await RunAsync("kafka-configs", servers, [.. entity, "--alter", "--delete-config", "retention.ms"]);
        Assert.DoesNotContain("12345", await RunAsync("kafka-configs", servers, [.. entity, "--describe"]));
        string broker = await RunAsync(
            "kafka-configs", servers, "--entity-type", "brokers", "--entity-name", "1", "--describe", "--all");
        Assert.Contains("num.partitions=1", broker);
        return "set, seen, deleted; the broker's read";
    }

    private static async Task<string> OffsetsAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await ProduceAsync(servers, topic, "none", 100);
        Assert.Equal($"{topic}:0:100", (await RunAsync("kafka-get-offsets", servers, "--topic", topic)).Trim());
        string first = await RunAsync("kafka-get-offsets", servers, "--topic", topic, "--time", "earliest");
        Assert.Equal($"{topic}:0:0", first.Trim());
        long hourAgo = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();
        string past = hourAgo.ToString(CultureInfo.InvariantCulture);
        string timed = await RunAsync("kafka-get-offsets", servers, "--topic", topic, "--time", past);
        Assert.Equal($"{topic}:0:0", timed.Trim());
        return "0 and 100";
    }

    private static async Task<string> DeleteRecordsAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await ProduceAsync(servers, topic, "none", 100);
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file, $$"""{"partitions":[{"topic":"{{topic}}","partition":0,"offset":60}],"version":1}""");
        string output = await RunAsync("kafka-delete-records", servers, "--offset-json-file", file);
        File.Delete(file);
        Assert.Contains("low_watermark: 60", output);
        return "the log begins at 60";
    }

    private static async Task<string> VersionsAsync(string servers)
    {
        string output = await RunAsync("kafka-broker-api-versions", servers);
        Assert.Contains("Produce(0):", output);
        Assert.DoesNotContain("ERROR", output);
        return $"{output.Split('\n').Count(l => l.StartsWith('\t') && !l.Contains("UNSUPPORTED"))} APIs";
    }

    private static ClientCheck Check(string client, string does, Func<string, Task<string>> run) =>
        new(client, does, run, Missing);

    private static Task CreateAsync(string servers, string topic, int partitions) => RunAsync(
        "kafka-topics", servers, "--create", "--topic", topic, "--partitions", $"{partitions}");

    private static async Task ProduceAsync(string servers, string topic, string codec, int records = 100_000)
    {
        await CreateAsync(servers, topic, 1);
        string output = await Tool.RunAsync(
            Path.Combine(KafkaHomeFactAttribute.Home!, "bin", "kafka-producer-perf-test.sh"),
            ["--topic", topic, "--num-records", $"{records}", "--record-size", "100", "--throughput", "-1",
                "--producer-props", $"bootstrap.servers={servers}", $"compression.type={codec}"]);
        Assert.Contains($"{records} records sent", output);
    }

    private static Task<string> RunAsync(string tool, string servers, params string[] arguments) => Tool.RunAsync(
        Path.Combine(KafkaHomeFactAttribute.Home!, "bin", $"{tool}.sh"), ["--bootstrap-server", servers, .. arguments]);
}
