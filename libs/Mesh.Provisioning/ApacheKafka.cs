using System.Diagnostics;
using System.Globalization;
using Mesh.Provisioning.Kafka;
using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning;

/// <summary>
/// A real Apache Kafka (4.x, KRaft) of one node on 127.0.0.1, run from a distribution that is on this machine. It
/// belongs to the process that started it and stops with it.
/// </summary>
public sealed class ApacheKafka : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly ChildProcess _server;
    private readonly string _log;

    private ApacheKafka(ChildProcess server, int port, string log)
    {
        _server = server;
        Port = port;
        _log = log;
    }

    /// <summary>The port for clients on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What clients call bootstrap servers: host and port.</summary>
    public string BootstrapServers => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>The server's process id.</summary>
    public int ProcessId => _server.Id;

    /// <summary>Completes with the exit code when the server has ended, whoever ended it.</summary>
    public Task<int> Exited => _server.Exited;

    /// <summary>Formats the data directory when it is new, starts the server, and returns when it answers.</summary>
    /// <exception cref="MissingPrerequisiteException">There is no Java.</exception>
    /// <exception cref="ProvisioningException">The folder is no Kafka, or the server did not start.</exception>
    public static async Task<ApacheKafka> StartAsync(
        ApacheKafkaOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var home = Path.GetFullPath(options.Home);
        if (!File.Exists(Path.Combine(home, "bin/kafka-server-start.sh")))
        {
            throw new ProvisioningException(
                $"KAFKA_HOME={options.Home} holds no bin/kafka-server-start.sh: "
                + "set it to the folder of an Apache Kafka.");
        }

        if (Environment.GetEnvironmentVariable("JAVA_HOME") is null or "" && Machine.FindProgram("java") is null)
        {
            throw new MissingPrerequisiteException(
                "Apache Kafka needs Java 17 or later", "apt-get install -y openjdk-17-jre-headless");
        }

        var data = Directory.CreateDirectory(Path.GetFullPath(options.DataDirectory)).FullName;
        var log = Path.GetFullPath(options.LogFile ?? data + ".log");
        var port = options.Port == 0 ? FreePorts.Next() : options.Port;
        var properties = KafkaProperties.Write(data, port, options.Settings);
        if (!File.Exists(Path.Combine(data, KafkaProperties.LogFolder, "meta.properties")))
        {
            await FormatAsync(home, properties, log, cancellation);
        }

        var server = ChildProcess.Start(Program(home, "kafka-server-start.sh", [properties], data, log));
        var kafka = new ApacheKafka(server, port, log);
        try
        {
            await kafka.WaitUntilReadyAsync(options.StartLimit, cancellation);
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server cleanly (SIGTERM); kills it after 30 s.</summary>
    public Task StopAsync() => _server.StopAsync(StopLimit);

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
    }

    private static async Task FormatAsync(
        string home, string properties, string log, CancellationToken cancellation)
    {
        // A cluster id is 16 bytes in URL-safe base64; one that begins with '-' reads as an option.
        var id = "m" + Convert.ToBase64String(Guid.NewGuid().ToByteArray())[1..22].Replace('+', 'a').Replace('/', 'b');
        await using var format = ChildProcess.Start(Program(
            home, "kafka-storage.sh", ["format", "-t", id, "-c", properties], Path.GetDirectoryName(properties)!, log));
        var code = await format.Exited.WaitAsync(cancellation);
        if (code != 0)
        {
            throw new ProvisioningException($"kafka-storage.sh format failed with code {code}:\n{LogTail.Read(log)}");
        }
    }

    private static ChildProcessOptions Program(
        string home, string script, IReadOnlyList<string> arguments, string data, string log) => new()
        {
            FileName = Path.Combine(home, "bin", script),
            Arguments = arguments,
            LogFile = log,
            // The distribution may be read-only: the server's own logs go beside its data.
            Environment = new Dictionary<string, string?> { ["LOG_DIR"] = Path.Combine(data, "server-logs") },
        };

    private async Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await KafkaProbe.AnswersAsync("127.0.0.1", Port, cancellation))
        {
            if (_server.HasExited)
            {
                throw new ProvisioningException($"Apache Kafka did not start:\n{LogTail.Read(_log)}");
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new ProvisioningException(
                    $"Apache Kafka does not answer after {limit.TotalSeconds:0} s:\n{LogTail.Read(_log)}");
            }

            await Task.Delay(Beat, cancellation);
        }
    }
}
