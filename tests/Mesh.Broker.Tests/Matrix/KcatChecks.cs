namespace Mesh.Broker.Tests.Matrix;

/// <summary>What kcat, which is librdkafka, must be able to do.</summary>
internal static class KcatChecks
{
    private const string Client = "kcat";

    public static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

    public static string? Missing => Tool.IsThere(Client) ? null : "kcat is not there";

    public static IEnumerable<ClientCheck> All =>
    [
        .. Codecs.Select(codec => new ClientCheck(
            Client, $"produce and consume, {codec}, topic created on first use", s => CodecAsync(s, codec), Missing)),
        new(Client, "consume in a group, then go on where it ended", GroupAsync, Missing),
        new(Client, "list metadata and query offsets", MetadataAsync, Missing),
    ];

    /// <summary>Produces with a codec and reads it again; the codec of the stored batches must be that one.</summary>
    public static async Task<string> CodecAsync(string servers, string codec)
    {
        string topic = ClientCheck.Name();
        // Each line packs by itself: librdkafka stores a batch as it is that would not get smaller, as one of one line.
        string well = string.Concat(Enumerable.Repeat(", well", 40));
        string[] sent = [.. Enumerable.Range(0, 1000).Select(i => $"line {i} of a text that packs{well}")];
        await ProduceAsync(servers, topic, sent, codec);
        string[] all = ["-C", "-b", servers, "-t", topic, "-o", "beginning", "-e", "-q"];
        string[] read = Lines(await Tool.RunAsync(Client, all));
        Assert.Equal(sent, read);
        Assert.Equal([codec], StoredBatches.CodecsOf(servers, topic));
        return $"1000 records, stored as {codec}";
    }

    public static async Task<string> GroupAsync(string servers)
    {
        (string topic, string group) = (ClientCheck.Name(), ClientCheck.Name());
        await ProduceAsync(servers, topic, ["a", "b", "c", "d", "e"], "none");
        string[] member = ["-G", group, "-b", servers, "-X", "auto.offset.reset=earliest", "-q"];
        string[] first = Lines(await Tool.RunAsync(Client, [.. member, "-c", "3", topic]));
        Assert.Equal(["a", "b", "c"], first);
        string[] second = Lines(await Tool.RunAsync(Client, [.. member, "-c", "2", topic]));
        Assert.Equal(["d", "e"], second);
        return "3 records, then the other 2";
    }

    private static async Task<string> MetadataAsync(string servers)
    {
        string topic = ClientCheck.Name();
        await ProduceAsync(servers, topic, ["a", "b"], "none");
        string listed = await Tool.RunAsync(Client, ["-L", "-b", servers, "-t", topic]);
        Assert.Contains($"topic \"{topic}\" with 1 partitions", listed);
        string queried = await Tool.RunAsync(Client, ["-Q", "-b", servers, "-t", $"{topic}:0:-1"]);
        Assert.Contains("offset 2", queried);
        return "1 partition, end offset 2";
    }

    private static Task ProduceAsync(string servers, string topic, string[] lines, string codec) => Tool.RunAsync(
        Client,
        ["-P", "-b", servers, "-t", topic, "-p", "0", "-z", codec, "-X", "linger.ms=50"],
        string.Join('\n', lines) + "\n");

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
