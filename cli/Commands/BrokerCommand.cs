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

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Where to listen; port 0 takes a free one.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => "127.0.0.1:9092",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Directory for topics and records; made when missing.", HelpName = "DIR", Required = true,
    };

    private static readonly Option<int> Partitions = new("--default-partitions")
    {
        Description = "Partitions of a topic that is created without saying how many; the same as num.partitions.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> Memory = new("--memory-limit")
    {
        Description = "How much of the newest records stays in memory, over all topics.",
        HelpName = "SIZE",
        DefaultValueFactory = _ => "16MiB",
    };

    private static readonly Option<string> Flush = new("--flush")
    {
        Description = "When a record is acknowledged: os, once the system has it and it survives the broker; "
            + "or always, once the disk has it and it survives a power cut.",
        HelpName = "os|always",
        DefaultValueFactory = _ => "os",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting under Apache Kafka's name, such as log.retention.ms=60000; may be given again.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int?> Metrics = new("--metrics")
    {
        Description = "Serves metrics, for Prometheus, on this port of 127.0.0.1 under /metrics; 0 takes a free one.",
        HelpName = "PORT",
    };

    private static readonly Option<bool> Remote = new("--allow-remote-clients")
    {
        Description = "Lets --listen be other than loopback. There is neither encryption nor authentication.",
    };

    internal static Command Create()
    {
        Command command = new("broker", "Runs the embedded Kafka broker, for one machine, until it is told to stop.")
        {
            Listen, Data, Partitions, Memory, Flush, Set, Metrics, Remote,
        };
        command.SetAction((parsed, cancellation) => RunAsync(() => OptionsOf(parsed), cancellation));
        return command;
    }

    /// <summary>The broker's settings. Topics are created on first use unless set otherwise, as in Kafka.</summary>
    /// <exception cref="CliException">An option's value has not its form.</exception>
    /// <exception cref="ArgumentException">A setting is not known or its value is wrong; it says which.</exception>
    internal static BrokerOptions OptionsOf(ParseResult parsed)
    {
        BrokerOptions options = new()
        {
            Listen = EndpointOf(parsed.GetValue(Listen)!),
            DataDirectory = parsed.GetValue(Data)!,
            DefaultPartitions = parsed.GetValue(Partitions),
            MemoryLimitBytes = BytesOf(parsed.GetValue(Memory)!),
            AutoCreateTopics = true,
            Flush = parsed.GetValue(Flush) switch
            {
                "os" => BrokerFlush.OperatingSystem,
                "always" => BrokerFlush.Always,
                string other => throw new CliException($"--flush must be os or always, not '{other}'."),
                null => throw new CliException("--flush must be os or always."),
            },
            MetricsPort = parsed.GetValue(Metrics),
            AllowRemoteClients = parsed.GetValue(Remote),
        };
        foreach (string setting in parsed.GetValue(Set) ?? [])
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            options = equals > 0
                ? options.With(setting[..equals].Trim(), setting[(equals + 1)..].Trim())
                : throw new CliException($"--set must be NAME=VALUE, not '{setting}'.");
        }

        return options;
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
            string metrics = broker.MetricsUrl is Uri url ? $", metrics at {url}" : "";
            Console.WriteLine(
                $"The broker is ready at {broker.BootstrapServers} (cluster {broker.ClusterId}){metrics}.");
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
