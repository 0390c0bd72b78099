using System.Diagnostics;
using System.Globalization;
using System.Net;
using Confluent.Kafka;
using Mesh.Bench.Measuring;
using Mesh.Bench.Running;
using Mesh.Bus;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Broker;

/// <summary>One of the brokers that are compared, on a folder of its own; it is started and stopped often.</summary>
/// <param name="name">For people.</param>
/// <param name="start">Starts its process on a port.</param>
/// <param name="servers">Where it listens.</param>
internal sealed class MeasuredBroker(string name, Func<ChildProcess> start, string servers) : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);
    private ChildProcess? _process;

    internal string Name => name;

    internal string Servers => servers;

    internal MeshProcess Process => new(name, _process!.Id, WithChildren: false);

    internal static MeasuredBroker Embedded(Layout layout, string folder)
    {
        string servers = Free();
        return new MeasuredBroker(
            "embedded",
            () => Programs.Start(
                layout.Assembly("cli", "mesh"),
                ["broker", "--listen", servers, "--data", Path.Combine(folder, "embedded")],
                _ => { },
                line => Console.Error.WriteLine($"bench: broker: {line}")),
            servers);
    }

    internal static async Task<MeasuredBroker> ApacheAsync(
        string home, PerfTools tools, string folder, CancellationToken cancellation)
    {
        string servers = Free();
        string settings = Path.Combine(folder, "server.properties");
        await File.WriteAllTextAsync(settings, Settings(servers, Free(), folder), cancellation);
        await tools.RunAsync(
            "kafka-storage.sh",
            ["format", "--standalone", "-t", "bWVzaC1iZW5jaC1icm9rZQ", "-c", settings],
            cancellation);
        return new MeasuredBroker(
            "Apache Kafka",
            () => ChildProcess.Start(new ChildProcessOptions
            {
                FileName = Path.Combine(home, "bin", "kafka-server-start.sh"),
                Arguments = [settings],
                Environment = new Dictionary<string, string?> { ["LOG_DIR"] = Path.Combine(folder, "apache-logs") },
                OnOutput = _ => { },
                OnError = _ => { },
            }),
            servers);
    }

    /// <summary>Starts it: milliseconds from there to the first acknowledgement of a record.</summary>
    /// <remarks>
    /// The client comes when the broker answers: one that was there before would look again after whole seconds.
    /// </remarks>
    /// <exception cref="BenchException">There was none in time.</exception>
    internal async Task<double> StartAsync(CancellationToken cancellation)
    {
        KafkaLibrary.EnsureLoaded();
        long started = Stopwatch.GetTimestamp();
        _process = start();
        IPEndPoint address = IPEndPoint.Parse(servers);
        while (!await KafkaProbe.AnswersAsync(address.Address.ToString(), address.Port, cancellation))
        {
            if (_process.HasExited)
            {
                throw new BenchException($"{name} ended with {await _process.Exited}.");
            }

            if (Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new BenchException($"{name} does not answer after {StartLimit.TotalSeconds:0} s.");
            }

            await Task.Delay(Beat, cancellation);
        }

        using IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = servers,
            ReconnectBackoffMs = 5,
            ReconnectBackoffMaxMs = 10,
            RetryBackoffMs = 5,
            LingerMs = 0,
            TopicMetadataRefreshFastIntervalMs = 10,
            MessageTimeoutMs = (int)StartLimit.TotalMilliseconds,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        await producer.ProduceAsync("first", new Message<Null, byte[]> { Value = [1] }, cancellation);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    internal async Task StopAsync()
    {
        if (_process is { } process)
        {
            await process.StopAsync(StopLimit);
            await process.DisposeAsync();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static string Free() =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePorts.Next()}");

    /// <summary>The distribution's own settings, but for names, ports, folders, and one replica of each.</summary>
    private static string Settings(string servers, string controller, string folder) => $"""
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers={controller}
        listeners=PLAINTEXT://{servers},CONTROLLER://{controller}
        advertised.listeners=PLAINTEXT://{servers}
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        log.dirs={folder}/apache
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0
        """;
}
