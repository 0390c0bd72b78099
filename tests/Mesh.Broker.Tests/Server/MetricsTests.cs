using System.Globalization;
using System.Net;
using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Server;

/// <summary>What the metrics endpoint says of what clients did.</summary>
public sealed class MetricsTests
{
    private const string Topic = "measured";
    private const string Group = "a \"quoted\" group";

    [Fact]
    public async Task Page_AfterProducingAndCommitting_CountsWhatHappened()
    {
        using TemporaryDirectory directory = new();
        await using TestBroker broker = await TestBroker.StartAsync(directory, o => o with { MetricsPort = 0 });
        await KafkaClient.CreateTopicAsync(broker.Servers, Topic);
        await broker.ProduceAsync(Topic, KafkaClient.Values(7));
        using IConsumer<string, byte[]> consumer = KafkaClient.Consumer(broker.Servers, Group);
        consumer.Commit([new TopicPartitionOffset(Topic, 0, 5)]);

        Dictionary<string, long> samples = await ReadAsync(broker.Server.MetricsUrl!);

        const string Partition = "topic=\"measured\",partition=\"0\"";
        Assert.Equal(0, samples[$"mesh_broker_log_start_offset{{{Partition}}}"]);
        Assert.Equal(7, samples[$"mesh_broker_log_end_offset{{{Partition}}}"]);
        Assert.Equal(
            5, samples[$"mesh_broker_group_offset{{group=\"a \\\"quoted\\\" group\",{Partition}}}"]);
        Assert.Equal(1, samples["mesh_broker_groups{state=\"Empty\"}"]);
        Assert.InRange(samples["mesh_broker_requests_total{api=\"Produce\"}"], 1, 7);
        Assert.Equal(1, samples["mesh_broker_requests_total{api=\"OffsetCommit\"}"]);
        Assert.Equal(0, samples["mesh_broker_requests_total{api=\"DeleteRecords\"}"]);
        Assert.InRange(samples["mesh_broker_connections"], 1, samples["mesh_broker_connections_total"]);
        Assert.InRange(samples["mesh_broker_received_bytes_total"], 700, 100_000);
        Assert.Equal(0, samples["mesh_broker_corrupt_reads_total"]);
    }

    [Fact]
    public async Task AnotherPath_IsNotFound()
    {
        using TemporaryDirectory directory = new();
        await using TestBroker broker = await TestBroker.StartAsync(directory, o => o with { MetricsPort = 0 });
        using HttpClient client = new();

        using HttpResponseMessage answer = await client.GetAsync(new Uri(broker.Server.MetricsUrl!, "/"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    // Every line is a comment or a sample, and every sample has a comment that says what it is.
    private static async Task<Dictionary<string, long>> ReadAsync(Uri page)
    {
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(page);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        HashSet<string> described = [];
        Dictionary<string, long> samples = [];
        foreach (string line in (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# TYPE "))
            {
                described.Add(line.Split(' ')[2]);
            }
            else if (!line.StartsWith("# HELP "))
            {
                int end = line.LastIndexOf(' ');
                Assert.Contains(line[..end].Split('{')[0], described);
                samples.Add(line[..end], long.Parse(line.AsSpan(end + 1), CultureInfo.InvariantCulture));
            }
        }

        return samples;
    }
}
