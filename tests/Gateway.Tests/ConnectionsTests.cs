using System.Net.Sockets;

namespace Gateway.Tests;

public sealed class ConnectionsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"u8.ToArray();

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
    public async Task Connections_GivenUpBeforeTheirTurn_TakeNobodysTurn()
    {
        const int atOnce = 50, givenUp = 500;
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1);
        List<TcpClient> clients = [];
        try
        {
            // One is in the gateway's hands until its turn.
            for (int i = 0; i < atOnce + 1; i++)
            {
                clients.Add(await ConnectAsync(gateway.Grpc));
            }

            for (int i = 0; i < givenUp; i++)
            {
                using TcpClient client = await ConnectAsync(gateway.Grpc);
                await client.GetStream().WriteAsync(Preface);
            }

            // At one a second, its turn would come after eight minutes.
            using TcpClient last = await ConnectAsync(gateway.Grpc);
            Assert.NotEqual(0, await GreetAsync(last));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Gateway_StoppedWhileClientsWait_SendsThemAway()
    {
        const int atOnce = 50, waiting = 200;
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1);
        List<TcpClient> clients = [];
        try
        {
            for (int i = 0; i < atOnce + waiting; i++)
            {
                clients.Add(await ConnectAsync(gateway.Grpc));
            }

            // At one a second the last one's turn would come after minutes; the host waits 30 s for its server.
            await gateway.StopAsync().WaitAsync(Deadline / 3);
            Assert.Equal(0, await GreetAsync(clients[^1]));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
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
            await client.GetStream().WriteAsync(Preface);
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
