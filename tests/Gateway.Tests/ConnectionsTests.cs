using System.Net.Sockets;

namespace Gateway.Tests;

public sealed class ConnectionsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Connection_OneMoreThanMayBe_IsClosed()
    {
        await using RunningGateway gateway = await RunningGateway.WithConnectionsAsync(2);
        using TcpClient first = await ConnectAsync(gateway.Grpc);
        Assert.NotEqual(0, await GreetAsync(first));
        using TcpClient second = await ConnectAsync(gateway.Grpc);
        Assert.NotEqual(0, await GreetAsync(second));

        using TcpClient third = await ConnectAsync(gateway.Grpc);
        Assert.Equal(0, await GreetAsync(third));

        // Browsers and probes come by the other endpoint, which has room of its own.
        using TcpClient web = await ConnectAsync(gateway.Web);
        await web.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: mesh\r\n\r\n"u8.ToArray());
        Assert.NotEqual(0, await ReadAsync(web));
    }

    [Fact]
    public async Task Connections_MoreThanSecondsOfWaiting_FindNoRoomToWait()
    {
        const int atOnce = 50, waiting = 8, tried = 100;
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1);
        List<TcpClient> clients = [];
        try
        {
            while (clients.Count < tried && await TryConnectAsync(gateway.Grpc) is { } client)
            {
                clients.Add(client);
            }

            // One is in the gateway's hands until its turn, the kernel lets one more wait than it is told, and every
            // second one is let in. When the gateway is slow to let in the first ones, it is fewer.
            Assert.InRange(clients.Count, waiting, atOnce + waiting + 7);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    // Null: there is no answer at once.
    private static async Task<TcpClient?> TryConnectAsync(Uri address)
    {
        TcpClient client = new();
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(500));
        try
        {
            await client.ConnectAsync(address.Host, address.Port, limit.Token);
            return client;
        }
        catch (OperationCanceledException)
        {
            client.Dispose();
            return null;
        }
    }

    private static async Task<TcpClient> ConnectAsync(Uri address)
    {
        TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        return client;
    }

    // An HTTP/2 server that takes a connection answers a client's preface with its settings.
    private static async Task<int> GreetAsync(TcpClient client)
    {
        try
        {
            await client.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"u8.ToArray());
        }
        catch (IOException)
        {
            return 0;
        }

        return await ReadAsync(client);
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
