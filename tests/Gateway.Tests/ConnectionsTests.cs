using System.Net.Sockets;
using Mesh.Contracts.Ingestion.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace Gateway.Tests;

public sealed class ConnectionsTests
{
    // So many come in before the gateway lets others wait.
    private const int AtOnce = 50;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: mesh\r\n\r\n"u8.ToArray();
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
        await web.GetStream().WriteAsync(Request);
        Assert.NotEqual(0, await ReadAsync(web));
    }

    [Fact]
    public async Task Connections_GivenUpBeforeTheirTurn_TakeNobodysTurn()
    {
        const int givenUp = 500;
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1);

        // One is in the gateway's hands until its turn.
        using Connections clients = await Connections.OpenAsync(gateway.Web, AtOnce + 1);
        for (int i = 0; i < givenUp; i++)
        {
            using TcpClient client = await ConnectAsync(gateway.Web);
            await client.GetStream().WriteAsync(Request);
        }

        // At one a second, its turn would come after eight minutes.
        using TcpClient last = await ConnectAsync(gateway.Web);
        await last.GetStream().WriteAsync(Request);
        Assert.NotEqual(0, await ReadAsync(last));
    }

    [Fact]
    public async Task Client_BeforeItsTurn_IsToldThatItIsConnected()
    {
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1);
        using Connections clients = await Connections.OpenAsync(gateway.Grpc, AtOnce + 200);
        // SETTINGS with MAX_CONCURRENT_STREAMS = 1,000 (RFC 9113, 6.5), minutes before its turn.
        byte[] settings = new byte[15];
        await clients.Last.GetStream().ReadExactlyAsync(settings).AsTask().WaitAsync(Deadline);
        Assert.Equal([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1_000 >> 8, 1_000 & 0xff], settings);
    }

    [Fact]
    public async Task Call_BeforeItsClientsTurn_IsAnsweredAtItsTurn()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1, upstream.Address);
        using Connections others = await Connections.OpenAsync(gateway.Grpc, AtOnce + 3);
        // The channel has the gateway's settings twice: while it waits, and from the server when it is let in.
        Receipt receipt = await new Ingestion.IngestionClient(gateway.Channel).SubmitAsync(
            new Action { PlayerId = "1" }, deadline: DateTime.UtcNow + Deadline);
        Assert.Equal(Receipt.Types.Status.Accepted, receipt.Status);
    }

    [Fact]
    public async Task Gateway_StoppedWhileClientsWait_SendsThemAway()
    {
        await using RunningGateway gateway = await RunningGateway.WithPaceAsync(1);
        using Connections clients = await Connections.OpenAsync(gateway.Web, AtOnce + 200);
        // At one a second the last one's turn would come after minutes; the host waits 30 s for its server.
        await gateway.StopAsync().WaitAsync(Deadline / 3);
        Assert.Equal(0, await ReadAsync(clients.Last));
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

    private sealed class Connections : IDisposable
    {
        private readonly List<TcpClient> _clients = [];

        public TcpClient Last => _clients[^1];

        public static async Task<Connections> OpenAsync(Uri address, int count)
        {
            Connections opened = new();
            for (int i = 0; i < count; i++)
            {
                opened._clients.Add(await ConnectAsync(address));
            }

            return opened;
        }

        public void Dispose() => _clients.ForEach(client => client.Dispose());
    }
}
