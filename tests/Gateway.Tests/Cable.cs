using System.Net;
using System.Net.Sockets;

namespace Gateway.Tests;

/// <summary>A TCP connection to a service that can be cut, as when its machine dies: nobody says goodbye.</summary>
internal sealed class Cable : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _ends = [];

    public Cable(Uri to)
    {
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _ = ForwardAsync(to);
    }

    public Uri Address { get; }

    /// <summary>Resets every connection and takes no more.</summary>
    public void Cut()
    {
        _listener.Stop();
        lock (_ends)
        {
            foreach (TcpClient end in _ends)
            {
                end.Client.LingerState = new LingerOption(true, 0);
                end.Dispose();
            }

            _ends.Clear();
        }
    }

    public void Dispose() => Cut();

    private async Task ForwardAsync(Uri to)
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync();
                TcpClient far = new();
                await far.ConnectAsync(to.Host, to.Port);
                lock (_ends)
                {
                    _ends.AddRange([near, far]);
                }

                _ = Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }
}
