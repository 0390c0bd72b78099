using System.Net;
using System.Net.Sockets;

namespace SampleService;

/// <summary>As much of a broker as a start needs: it answers ApiVersions.</summary>
internal static class SampleBroker
{
    internal static async Task RunAsync(string[] args)
    {
        using var listener = new TcpListener(IPEndPoint.Parse(args[Array.IndexOf(args, "--listen") + 1]));
        listener.Start();
        Console.WriteLine($"sample broker keeps its data in {args[Array.IndexOf(args, "--data") + 1]}");
        new Thread(() => { ParentPipe.WaitForEnd(); Environment.Exit(0); }) { IsBackground = true }.Start();
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync();
            var request = new byte[14];
            await client.GetStream().ReadExactlyAsync(request);
            byte[] response = [0, 0, 0, 6, .. request[8..12], 0, 0];
            await client.GetStream().WriteAsync(response);
        }
    }
}
