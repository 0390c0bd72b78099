using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Bus.Tests.Broker;

/// <summary>
/// Apache Kafka from <c>KAFKA_HOME</c>: one node, free ports, a temporary folder; ended with the tests.
/// </summary>
public sealed class ApacheKafka : IAgingBroker, IAsyncLifetime
{
    public const string Collection = "Apache Kafka";
    public const string Cluster = "bWVzaC1idXMtdGVzdHMtMQ";
    public const string HomeVariable = "KAFKA_HOME";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kafka-").FullName;
    private Process? _server;

    public string BootstrapServers { get; private set; } = "";

    public string ClusterId => Cluster;

    public TimeSpan Retention => TimeSpan.FromSeconds(10);

    public TimeProvider Clock => TimeProvider.System;

    public void Begin()
    {
    }

    public void Pass(TimeSpan time)
    {
    }

    /// <summary>Runs a command of its <c>bin</c> folder, as an operator would.</summary>
    public static Task RunAsync(string command)
    {
        string[] words = command.Split(' ');
        return RunAsync(Environment.GetEnvironmentVariable(HomeVariable)!, words[0], words[1..]);
    }

    public async Task InitializeAsync()
    {
        string? home = Environment.GetEnvironmentVariable(HomeVariable);
        if (string.IsNullOrEmpty(home))
        {
            return;
        }

        (int port, int controller) = FreePorts();
        string settings = Path.Combine(_folder, "server.properties");
        await File.WriteAllTextAsync(settings, Settings(port, controller));
        await RunAsync(
            home, "kafka-storage.sh", "format", "--standalone", "-t", Cluster, "-c", settings);
        _server = await StartServerAsync(home, settings);
        BootstrapServers = $"127.0.0.1:{port}";
    }

    public async Task DisposeAsync()
    {
        if (_server is { } server)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Process> StartServerAsync(string home, string settings)
    {
        var ready = new TaskCompletionSource();
        var output = new List<string>();
        Process server = Start(home, "kafka-server-start.sh", [settings], line =>
        {
            lock (output)
            {
                output.Add(line);
            }

            if (line.Contains("Kafka Server started", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        }, _folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KillQuietly(server);
        Task exited = server.WaitForExitAsync();
        if (await Task.WhenAny(ready.Task, exited).WaitAsync(StartDeadline) == exited)
        {
            lock (output)
            {
                throw new InvalidOperationException($"Kafka did not start:\n{string.Join('\n', output)}");
            }
        }

        return server;
    }

    private static async Task RunAsync(string home, string script, params string[] arguments)
    {
        var output = new List<string>();
        using Process process = Start(home, script, arguments, output.Add, Path.GetTempPath());
        await process.WaitForExitAsync().WaitAsync(StartDeadline);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {string.Join('\n', output)}");
        }
    }

    private static Process Start(
        string home, string script, string[] arguments, Action<string> line, string logs)
    {
        var start = new ProcessStartInfo(Path.Combine(home, "bin", script), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xmx512m";
        start.Environment["LOG_DIR"] = logs;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => line(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => line(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void KillQuietly(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Ended and disposed of already.
        }
    }

    private static (int First, int Second) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private string Settings(int port, int controller) => $"""
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=127.0.0.1:{controller}
        listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
        advertised.listeners=PLAINTEXT://127.0.0.1:{port}
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        log.dirs={_folder}/log
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0
        log.initial.task.delay.ms=0
        log.retention.check.interval.ms=500
        """;
}

[CollectionDefinition(ApacheKafka.Collection)]
public sealed class ApacheKafkaCollection : ICollectionFixture<ApacheKafka>;
