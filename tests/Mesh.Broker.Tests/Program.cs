using System.Net;
using Microsoft.Extensions.Logging;

namespace Mesh.Broker.Tests;

/// <summary>
/// A broker in a process of its own, for tests that kill it: data directory and port come in, the address goes out on
/// the first line, and it ends with its standard input, so that it never outlives the test. <c>matrix</c> prints which
/// client works instead.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["matrix", ..])
        {
            return await Matrix.ClientMatrix.PrintAsync(arguments.ElementAtOrDefault(1) ?? "");
        }

        using ILoggerFactory loggers = LoggerFactory.Create(b => b.AddSimpleConsole());
        await using BrokerServer broker = await BrokerServer.StartAsync(
            new BrokerOptions
            {
                DataDirectory = arguments[0],
                RetentionCheck = TimeSpan.FromMilliseconds(20),
                CompactionCheck = TimeSpan.FromMilliseconds(20),
                Listen = new IPEndPoint(IPAddress.Loopback, int.Parse(arguments[1])),
            },
            loggers);
        Console.WriteLine($"listening {broker.BootstrapServers}");
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
