namespace Mesh.Provisioning;

/// <summary>How a private PostgreSQL cluster is kept and run. See <see cref="PostgresCluster.StartAsync"/>.</summary>
public sealed record PostgresOptions
{
    /// <summary>Where the cluster lives. Created, and filled by initdb, when absent or empty.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The TCP port on 127.0.0.1; 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// The file the server's log is appended to; null: the data directory's path with ".log" behind it.
    /// </summary>
    public string? LogFile { get; init; }

    /// <summary>
    /// Whether a commit survives a power cut (fsync on). False is for tests: commits still survive the death of any
    /// process, the server's included, but not that of the machine.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Settings passed with -c, on top of ours: see postgresql.conf for names and units.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the server may take until it answers (recovery after a crash included).</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);
}
