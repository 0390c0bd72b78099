using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace Mesh.Broker.Tests.Clients;

/// <summary>
/// The client suite against Apache Kafka: what the embedded broker is held to must be how the real one behaves. One
/// fact for all of it, since xunit 2 cannot skip inherited facts by class.
/// </summary>
public sealed class ApacheKafkaTests
{
    [KafkaHomeFact]
    public async Task ClientSuite_AgainstApacheKafka_Holds()
    {
        using ApacheKafka kafka = await ApacheKafka.StartAsync(KafkaHomeFactAttribute.Home!);
        List<string> failures = [];
        foreach (MethodInfo method in typeof(ClientTests).GetMethods().Where(m => m.IsDefined(typeof(FactAttribute))))
        {
            IEnumerable<object?[]> cases = method.GetParameters().Length == 0
                ? [[]]
                : method.GetCustomAttributes<InlineDataAttribute>().SelectMany(d => d.GetData(method));
            foreach (object?[] arguments in cases)
            {
                try
                {
                    await (Task)method.Invoke(new Suite(kafka.Servers), arguments)!;
                }
                catch (Exception e)
                {
                    failures.Add($"{method.Name}({string.Join(", ", arguments)}): {e}");
                }
            }
        }

        Assert.Empty(failures);
    }

    private sealed class Suite(string servers) : ClientTests
    {
        protected override string Servers => servers;
    }

    /// <summary>One node of Apache Kafka, for as long as the test runs.</summary>
    private sealed class ApacheKafka : IDisposable
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
}
