namespace Mesh.Provisioning;

/// <summary>How an Apache Kafka on this machine is run. See <see cref="ApacheKafka.StartAsync"/>.</summary>
public sealed record ApacheKafkaOptions
{
    /// <summary>The folder of the distribution (KAFKA_HOME): holds <c>bin/kafka-server-start.sh</c>.</summary>
    public required string Home { get; init; }

    /// <summary>Where logs of records and the metadata live. Created and formatted when absent or empty.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The port for clients on 127.0.0.1; 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// The file the server's output is appended to; null: the data directory's path with ".log" behind it.
    /// </summary>
    public string? LogFile { get; init; }

    /// <summary>Lines of server.properties on top of ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the server may take until it answers.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(90);
}
