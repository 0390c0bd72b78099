using System.Net.Sockets;

namespace Gateway.Tests;

public sealed class ConnectionsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Connection_OneMoreThanMayBe_IsClosedAndTheOthersLive()
    {
        await using RunningGateway gateway = await RunningGateway.WithConnectionsAsync(2);
        using TcpClient first = await ConnectAsync(gateway.Grpc);
        using TcpClient second = await ConnectAsync(gateway.Grpc);

        using TcpClient third = await ConnectAsync(gateway.Grpc);
        Assert.Equal(0, await ReadAsync(third));

        // Those that are in are served: an HTTP/2 server begins with its settings.
        await first.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"u8.ToArray());
        Assert.NotEqual(0, await ReadAsync(first));
    }

    private static async Task<TcpClient> ConnectAsync(Uri address)
    {
        TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        return client;
    }

    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1024]).AsTask().WaitAsync(Deadline);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
