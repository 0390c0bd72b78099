using System.Diagnostics;
using System.Net;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Server;

/// <summary>A broker in a process of its own, to be killed.</summary>
internal sealed class ChildBroker : IDisposable
{
    private readonly Process _process;

    private ChildBroker(Process process, string servers)
    {
        _process = process;
        Servers = servers;
    }

    public string Servers { get; }

    public static async Task<ChildBroker> StartAsync(string directory, int port)
    {
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList = { typeof(ChildBroker).Assembly.Location, directory, port.ToString() },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        using CancellationTokenSource deadline = new(KafkaClient.Deadline);
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is string line)
        {
            if (line.StartsWith("listening "))
            {
                return new ChildBroker(process, line["listening ".Length..]);
            }
        }

        throw new InvalidOperationException("The broker process ended before it listened.");
    }

    public int Port => IPEndPoint.Parse(Servers).Port;

    /// <summary>As kill -9 does: nothing of it runs any more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
