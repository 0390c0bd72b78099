using System.Globalization;

namespace Mesh.Bus.Client;

/// <summary>
/// The native client's settings. Names as in librdkafka's CONFIGURATION.md (2.0.2); the client refuses a name that it
/// does not know, so a list that works here has been understood.
/// </summary>
internal static class ClientSettings
{
    public static Dictionary<string, string> Producer(BusOptions options, BusCodec codec, ProducerLimits limits)
    {
        Dictionary<string, string> settings = Common(options);
        settings["acks"] = "all";
        settings["enable.idempotence"] = "true";
        // A record that cannot be delivered is a fatal error: nothing after it may be sent in its place.
        settings["enable.gapless.guarantee"] = "true";
        settings["message.timeout.ms"] = "0";
        settings["partitioner"] = "murmur2_random";
        settings["compression.codec"] = CodecName(codec);
        if (codec == BusCodec.Zstd)
        {
            // For each batch the codec clears its tables, 768 KB at its usual level 3 and 64 KB at this one: most
            // batches are a handful of records.
            settings["compression.level"] = "1";
        }

        settings["linger.ms"] = limits.LingerMs.ToString(CultureInfo.InvariantCulture);
        settings["queue.buffering.max.messages"] = limits.QueueMaxMessages.ToString(CultureInfo.InvariantCulture);
        settings["queue.buffering.max.kbytes"] = limits.QueueMaxKbytes.ToString(CultureInfo.InvariantCulture);
        // A report then carries error and offset only; key, value and headers can be collected at once.
        settings["dotnet.producer.delivery.report.fields"] = "none";
        return settings;
    }

    public static Dictionary<string, string> Consumer(BusOptions options, TopicReaderOptions reading)
    {
        Dictionary<string, string> settings = Common(options);
        // assign() wants a group's name all the same; nothing is ever committed under it.
        settings["group.id"] = options.ClientId;
        settings["enable.auto.commit"] = "false";
        settings["enable.auto.offset.store"] = "false";
        settings["auto.offset.reset"] = "error";
        settings["allow.auto.create.topics"] = "false";
        settings["fetch.wait.max.ms"] = reading.FetchWaitMs.ToString(CultureInfo.InvariantCulture);
        settings["fetch.min.bytes"] = reading.FetchMinBytes.ToString(CultureInfo.InvariantCulture);
        // librdkafka 2.0.2 also waits so long before it fetches again after its local queue was full.
        settings["fetch.error.backoff.ms"] = "10";
        settings["queued.min.messages"] = "20000";
        settings["queued.max.messages.kbytes"] = reading.QueuedMaxKbytes.ToString(CultureInfo.InvariantCulture);
        settings["dotnet.consumer.consume.result.fields"] = reading.WithOrigins ? "headers" : "none";
        return settings;
    }

    /// <summary>For committing a group's offsets and for looking at them: it reads a record now and then.</summary>
    public static Dictionary<string, string> Group(BusOptions options, string group)
    {
        Dictionary<string, string> settings = Common(options);
        settings["group.id"] = group;
        settings["enable.auto.commit"] = "false";
        settings["enable.auto.offset.store"] = "false";
        settings["auto.offset.reset"] = "earliest";
        settings["allow.auto.create.topics"] = "false";
        settings["enable.partition.eof"] = "true";
        // Nobody joins the group: it is how long a commit waits for a coordinator.
        settings["session.timeout.ms"] = Milliseconds(Limits.GroupPatience);
        settings["heartbeat.interval.ms"] = Milliseconds(Limits.GroupPatience / 4);
        settings["socket.timeout.ms"] = Milliseconds(Limits.LagPatience);
        settings["fetch.wait.max.ms"] = "50";
        settings["fetch.message.max.bytes"] = "16384";
        settings["queued.min.messages"] = "1";
        settings["dotnet.consumer.consume.result.fields"] = "timestamp,topic";
        return settings;
    }

    public static Dictionary<string, string> Admin(BusOptions options) => Common(options);

    /// <summary>A codec's name in <c>compression.codec</c>.</summary>
    public static string CodecName(BusCodec codec) => codec switch
    {
        BusCodec.None => "none",
        BusCodec.Lz4 => "lz4",
        BusCodec.Snappy => "snappy",
        BusCodec.Zstd => "zstd",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    private static string Milliseconds(TimeSpan time) =>
        ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Common(BusOptions options) => new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = options.BootstrapServers,
        ["client.id"] = options.ClientId,
        ["socket.nagle.disable"] = "true",
        ["reconnect.backoff.ms"] = "20",
        ["reconnect.backoff.max.ms"] = "1000",
        ["log.connection.close"] = "false",
    };
}
