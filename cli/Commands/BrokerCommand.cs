using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Broker;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh broker</c>: the embedded broker, until it is told to stop.</summary>
internal static class BrokerCommand
{
    private const string ParentPipeSetting = "MESH_PARENT_PIPE";

    internal static Command Create()
    {
        Option<string> listen = new("--listen")
        {
            Description = "Where to listen; port 0 takes a free one.",
            HelpName = "HOST:PORT",
            DefaultValueFactory = _ => "127.0.0.1:9092",
        };
        Option<string> data = new("--data")
        {
            Description = "Directory for topics and records; made when missing.", HelpName = "DIR", Required = true,
        };
        Option<int> partitions = new("--default-partitions")
        {
            Description = "Partitions of a topic that is created without saying how many.",
            DefaultValueFactory = _ => 1,
        };
        Option<string> memory = new("--memory-limit")
        {
            Description = "How much of the newest records stays in memory, over all topics.",
            HelpName = "SIZE",
            DefaultValueFactory = _ => "64MiB",
        };
        Option<bool> autoCreate = new("--auto-create-topics")
        {
            Description = "Asking for an unknown topic creates it.",
        };
        Option<bool> flush = new("--flush")
        {
            Description = "Flushes every batch to the disk before it is acknowledged.",
        };
        Option<bool> remote = new("--allow-remote-clients")
        {
            Description = "Lets --listen be other than loopback. There is neither encryption nor authentication.",
        };
        Command command = new("broker", "Runs the embedded Kafka broker, for one machine, until it is told to stop.")
        {
            listen, data, partitions, memory, autoCreate, flush, remote,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            () => new BrokerOptions
            {
                Listen = EndpointOf(parsed.GetValue(listen)!),
                DataDirectory = parsed.GetValue(data)!,
                DefaultPartitions = parsed.GetValue(partitions),
                MemoryLimitBytes = BytesOf(parsed.GetValue(memory)!),
                AutoCreateTopics = parsed.GetValue(autoCreate),
                Flush = parsed.GetValue(flush) ? BrokerFlush.Always : BrokerFlush.OperatingSystem,
                AllowRemoteClients = parsed.GetValue(remote),
            },
            cancellation));
        return command;
    }

    /// <summary>A size such as <c>256MiB</c>, <c>64KiB</c>, <c>2GiB</c>, or a number of bytes.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    internal static long BytesOf(string size)
    {
        (string suffix, int shift)[] units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)];
        (string unit, int bits) = units.First(u => size.EndsWith(u.suffix, StringComparison.OrdinalIgnoreCase));
        return long.TryParse(
                size.AsSpan(0, size.Length - unit.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long number)
            && number <= long.MaxValue >> bits
            ? number << bits
            : throw new CliException($"--memory-limit must be a size such as 256MiB, not '{size}'.");
    }

    private static IPEndPoint EndpointOf(string text)
    {
        string address = text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal);
        return IPEndPoint.TryParse(address, out IPEndPoint? endpoint)
            ? endpoint
            : throw new CliException($"--listen must be an address such as 127.0.0.1:9092, not '{text}'.");
    }

    private static async Task<int> RunAsync(Func<BrokerOptions> options, CancellationToken cancellation)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true));
        try
        {
            await using BrokerServer broker = await BrokerServer.StartAsync(options(), loggers, cancellation);
            Console.WriteLine($"The broker is ready at {broker.BootstrapServers} (cluster {broker.ClusterId}).");
            await UntilToldAsync(cancellation);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or SocketException
            or IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The broker cannot start: {failure.Message}");
        }

        return 0;
    }

    /// <summary>SIGINT and SIGTERM cancel; a parent that hands us a pipe stops us by closing it, or by dying.</summary>
    private static async Task UntilToldAsync(CancellationToken cancellation)
    {
        Task signal = Task.Delay(Timeout.Infinite, cancellation);
        Task parent = Environment.GetEnvironmentVariable(ParentPipeSetting) == "1"
            ? Task.Run(ReadToEnd, CancellationToken.None)
            : signal;
        await Task.WhenAny(signal, parent);
    }

    private static void ReadToEnd()
    {
        using Stream input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[256];
        while (input.Read(buffer) > 0)
        {
        }
    }
}
