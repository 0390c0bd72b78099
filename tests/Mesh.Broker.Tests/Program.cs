using System.Net;
using Microsoft.Extensions.Logging;

namespace Mesh.Broker.Tests;

/// <summary>
/// A broker in a process of its own, for tests that kill it: data directory and port come in, the address goes out on
/// the first line, and it ends with its standard input, so that it never outlives the test.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(b => b.AddSimpleConsole());
        await using BrokerServer broker = await BrokerServer.StartAsync(
            new BrokerOptions
            {
                DataDirectory = arguments[0],
                Listen = new IPEndPoint(IPAddress.Loopback, int.Parse(arguments[1])),
            },
            loggers);
        Console.WriteLine($"listening {broker.BootstrapServers}");
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
