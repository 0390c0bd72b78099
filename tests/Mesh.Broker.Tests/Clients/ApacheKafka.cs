using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Broker.Tests.Clients;

/// <summary>One node of Apache Kafka, for as long as it is needed.</summary>
internal sealed class ApacheKafka : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private Process? _broker;
    private Task? _draining;

    public string Servers { get; private init; } = "";

    public static async Task<ApacheKafka> StartAsync(string home)
    {
        (int clients, int controller) = (FreePort(), FreePort());
        ApacheKafka kafka = new() { Servers = $"localhost:{clients}" };
        string properties = Path.Combine(kafka._directory.Path, "server.properties");
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(home, "config", "server.properties"));
        await File.WriteAllLinesAsync(properties, lines.Select(l =>
            (l.StartsWith("log.dirs=") ? $"log.dirs={kafka._directory.Path}/log" : l)
            .Replace("9092", $"{clients}").Replace("9093", $"{controller}")));
        using (Process format = kafka.Run(
            home, "kafka-storage.sh", "format", "--standalone", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", properties))
        {
            await format.StandardOutput.ReadToEndAsync();
            await format.WaitForExitAsync();
        }

        kafka._broker = kafka.Run(home, "kafka-server-start.sh", properties);
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));
        while (await kafka._broker.StandardOutput.ReadLineAsync(deadline.Token) is string line)
        {
            if (line.Contains("Kafka Server started"))
            {
                // Read on, so that it never waits for someone to take its log lines.
                kafka._draining = kafka._broker.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return kafka;
            }
        }

        kafka.Dispose();
        throw new InvalidOperationException("Apache Kafka ended before it was ready.");
    }

    public void Dispose()
    {
        _broker?.Kill(entireProcessTree: true);
        _broker?.WaitForExit();
        _draining?.Wait();
        _broker?.Dispose();
        _directory.Dispose();
    }

    private static int FreePort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Process Run(string home, string script, params string[] arguments)
    {
        string program = Path.Combine(home, "bin", script);
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        start.Environment["LOG_DIR"] = _directory.Path;
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xmx512m";
        return Process.Start(start)!;
    }
}
