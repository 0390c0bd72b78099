using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Ingestion.Tests;

/// <summary>A way to a broker that can be cut, and over which little goes at a time, on each connection.</summary>
internal sealed class SlowLink : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly Task _accepting;
    private volatile bool _cut;

    public SlowLink()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Where it leads; set before the first connection.</summary>
    public IPEndPoint? To { get; set; }

    public void Cut()
    {
        _cut = true;
        foreach (TcpClient client in _open.Keys)
        {
            client.Dispose();
        }
    }

    public void Mend() => _cut = false;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Cut();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> links = [];
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_ended.Token);
            links.Add(LinkAsync(client));
        }
    }

    private async Task LinkAsync(TcpClient client)
    {
        using TcpClient broker = new() { NoDelay = true };
        using (client)
        {
            _open[client] = true;
            if (!_cut)
            {
                await broker.ConnectAsync(To!, _ended.Token);
                Task answers = broker.GetStream().CopyToAsync(client.GetStream(), _ended.Token);
                await Task.WhenAny(answers, CreepAsync(client.GetStream(), broker.GetStream()));
            }

            _open.TryRemove(client, out _);
        }
    }

    private async Task CreepAsync(NetworkStream from, NetworkStream to)
    {
        byte[] little = new byte[1_024];
        int read;
        while ((read = await from.ReadAsync(little, _ended.Token)) > 0)
        {
            await to.WriteAsync(little.AsMemory(0, read), _ended.Token);
            await Task.Delay(Pause, _ended.Token);
        }
    }
}
